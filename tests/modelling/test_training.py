from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from stayline.domain.alert_policy import RecallAtPrecision
from stayline.modelling.evaluation import calibration_error, roc_auc
from stayline.modelling.search import Candidate, fit, margins
from stayline.modelling.training import TrainingOptions, out_of_fold, train
from stayline.modelling.trial import LATER_TIME, OUT_OF_FOLD, try_inputs
from stayline.ports.feature_store import EVENT_TIME
from trained import ibm_model, panel_model, small_model
from training_frames import ibm_data, trial_of

SHALLOW = Candidate(
    {"max_depth": 1, "eta": 0.1, "min_child_weight": 5.0}, rounds=40, loss=0.0, standard_error=0.0
)
DEEP = replace(SHALLOW, parameters={"max_depth": 8, "eta": 0.3})


def test_ibms_set_reaches_sane_figures_without_any_protected_column():
    trained = ibm_model()
    (evaluation,) = trained.trial.evaluations
    assert evaluation.measured_on == OUT_OF_FOLD
    assert (evaluation.n, evaluation.positives) == (1470, 237)
    assert evaluation.roc_auc.value > 0.80
    assert evaluation.roc_auc.low < evaluation.roc_auc.value < evaluation.roc_auc.high
    assert evaluation.recall_at_precision.value > 0.65
    assert evaluation.brier.value < 0.1
    assert evaluation.calibration_error.value < 0.05
    assert evaluation.lift["top 10%"].value > 3
    inputs = {item.name for item in trained.model.encoder.inputs}
    assert not inputs & {"Age", "Gender", "MaritalStatus"}
    assert len(inputs) == 27


def test_the_alert_threshold_keeps_the_policy_on_unseen_rows():
    trained = small_model()
    assert trained.schema.policy == RecallAtPrecision(0.42)
    development = trained.data.development
    matrix = trained.model.encoder.encode_frame(development.frame)
    unseen = out_of_fold(matrix, development, trained.model.search.chosen, seed=0)
    risk = unseen.risk(development.label, trained.model.calibration.kind)
    flagged = risk >= trained.model.bands.high
    assert np.tile(development.label, (5, 1))[flagged].mean() >= 0.42
    assert (risk[0] != risk[1]).any()


def test_unseen_predictions_of_a_panel_come_from_models_of_other_people():
    trained, _ = panel_model()
    rows = trained.data.development
    few = rows.take(np.isin(rows.person, np.unique(rows.person)[::12]))
    matrix = trained.model.encoder.encode_frame(few.frame)
    before = out_of_fold(matrix, few, SHALLOW, seed=0)
    for person in np.unique(few.person):
        assert len(np.unique(before.fold[0][few.person == person])) == 1
    random = np.random.default_rng(0).integers(0, 2, few.person.max() + 1)[few.person]
    luck = replace(few, label=random.astype(np.int8))
    whims = out_of_fold(matrix, luck, DEEP, seed=0)
    assert abs(roc_auc(luck.label, whims.margin[0]) - 0.5) < 0.1
    seen = margins(fit(matrix, luck.label, DEEP, seed=0), matrix)
    assert roc_auc(luck.label, seen) > 0.9  # what knowing the people would give


def test_a_panel_model_tells_the_true_risk_of_later_time():
    trained, truth = panel_model()
    later = trained.data.later
    risk = trained.model.calibration(
        margins(trained.model.booster, trained.model.encoder.encode_frame(later.frame))
    )
    true_risk = true_risks(later, trained, truth)
    assert len(later) > 8000
    assert calibration_error(risk, true_risk) <= 0.02
    assert np.corrcoef(risk, true_risk)[0, 1] > 0.7


def true_risks(later, trained, truth):
    """Return the true risk of each later row; people are numbered as their tokens sort."""
    day = pl.col("SnapshotDate").cast(pl.Datetime("us", "UTC"))
    known = truth.select(
        pl.col("EmployeeNumber").cast(pl.String), day.alias(EVENT_TIME), "true_risk"
    )
    months = later.frame[EVENT_TIME].unique().to_list()
    labelled = known.filter(pl.col(EVENT_TIME).is_in(months)).sort(EVENT_TIME, "EmployeeNumber")
    assert labelled[EVENT_TIME].to_list() == later.frame[EVENT_TIME].to_list()
    return labelled["true_risk"].to_numpy()


def test_a_panel_is_evaluated_out_of_fold_and_on_later_time_year_by_year():
    trained, _ = panel_model()
    unseen, later = trained.trial.evaluations
    assert (unseen.measured_on, later.measured_on) == (OUT_OF_FOLD, LATER_TIME)
    assert unseen.n == trained.model.rows == len(trained.data.development)
    assert later.n == len(trained.data.later) == sum(p.n for p in trained.trial.periods)
    assert {p.period for p in trained.trial.periods} == {"2024"}
    assert later.roc_auc.value > 0.65


def test_the_same_seed_gives_the_same_model_and_progress_and_another_seed_another_model():
    small, heard = small_model(), []
    again, other = (
        train(
            small.data.development,
            small.schema,
            options=TrainingOptions(seed=seed, trials=1),
            progress=lambda what, done, total: heard.append((what, done, total)),
        )
        for seed in (0, 1)
    )
    assert again.booster.save_raw("ubj") == small.model.booster.save_raw("ubj")
    assert (again.calibration, again.bands) == (small.model.calibration, small.model.bands)
    assert trial_of(again, small.data, small.schema) == small.trial
    assert other.booster.save_raw("ubj") != small.model.booster.save_raw("ubj")
    assert heard == [("searching", 1, 1), ("predicting out of fold", 0, 1), ("fitting", 0, 1)] * 2


def test_the_price_of_leaving_a_column_out_is_measured_on_the_same_folds():
    data, schema = ibm_data(justified="Age")
    fewer = tuple(column for column in schema.model_inputs if column.name != "OverTime")
    whole = try_inputs(data, schema.model_inputs, SHALLOW, seed=0)
    poorer = try_inputs(data, fewer, SHALLOW, seed=0)
    assert whole.periods == poorer.periods == ()
    assert whole.roc_auc.value - poorer.roc_auc.value > 0.02


def test_tried_inputs_rank_later_time_as_the_model_itself_does():
    trained, _ = panel_model()
    model = trained.model
    tried = try_inputs(trained.data, trained.schema.model_inputs, model.search.chosen, seed=0)
    for ours, theirs in zip(trained.trial.periods, tried.periods, strict=True):
        assert (ours.period, ours.n, ours.positives) == (theirs.period, theirs.n, theirs.positives)
        assert ours.roc_auc.value == pytest.approx(theirs.roc_auc.value, abs=0.01)
    assert tried.measured_on == LATER_TIME
    assert tried.roc_auc.value == pytest.approx(trained.trial.evaluations[-1].roc_auc.value)
