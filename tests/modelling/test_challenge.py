from dataclasses import replace

import msgspec
import numpy as np
import pytest

from stayline.formats.model_archive import ModelArchive
from stayline.modelling.challenge import (
    NEW_TO_BOTH,
    SAME_RECIPE_FOLDS,
    SAME_RECIPE_LATER,
    challenge,
)
from stayline.modelling.comparison import Comparison
from stayline.modelling.dataset import TrainingData, TrainingSet
from stayline.modelling.training import TrainingOptions, retrain, train
from stayline.ports.feature_store import EVENT_TIME
from trained import Trained, panel_model, small_model

FIGURES = ("roc_auc", "recall", "precision", "calibration_error", "brier")


def challenged(champion: ModelArchive, challenger: Trained) -> Comparison:
    model, data = challenger.model, challenger.data
    return challenge(
        champion,
        data,
        unseen_risk=model.unseen_risk,
        later_risk=None if data.later is None else model.risk(data.later),
        alert_from=model.bands.high,
        seed=0,
    )


def blurred(rows: TrainingSet, seed: int) -> TrainingSet:
    """Return rows whose inputs belong to somebody else."""
    order = np.random.default_rng(seed).permutation(len(rows))
    inputs = rows.frame.drop(EVENT_TIME)[order]
    return replace(rows, frame=rows.frame.select(EVENT_TIME).hstack(inputs))


def trained_again(trained: Trained, development: TrainingSet) -> Trained:
    model = retrain(
        development, trained.schema, trained.model.search, options=trained.model.options
    )
    return Trained(TrainingData(development, trained.data.later), trained.schema, model)


def test_the_champions_own_retrain_differs_by_nothing():
    for champion in (small_model(), panel_model()[0]):
        compared = challenged(champion.archive, champion)
        for figure in FIGURES:
            difference = getattr(compared, figure).difference
            assert (difference.value, difference.low, difference.high) == pytest.approx((0, 0, 0))


def test_later_rows_that_neither_has_seen_are_the_first_choice():
    champion = panel_model()[0]
    compared = challenged(champion.archive, champion)
    assert compared.measured_on == NEW_TO_BOTH
    assert compared.n == len(champion.data.later)


def test_a_challenger_that_learned_from_blurred_rows_is_clearly_worse():
    champion = panel_model()[0]
    worse = trained_again(champion, blurred(champion.data.development, seed=1))
    difference = challenged(champion.archive, worse).roc_auc.difference
    assert difference.high < -0.05


def test_a_champion_that_has_seen_the_later_rows_is_trained_anew():
    champion = panel_model()[0]
    until = champion.data.later.frame[EVENT_TIME].max().isoformat()
    manifest = champion.archive.manifest
    seen = replace(
        champion.archive,
        manifest=msgspec.structs.replace(manifest, training=manifest.training | {"until": until}),
    )
    compared = challenged(seen, champion)
    assert compared.measured_on == SAME_RECIPE_LATER
    assert compared.n == len(champion.data.later)
    assert compared.roc_auc.difference.value == pytest.approx(0)


def test_a_cross_section_is_compared_out_of_fold_in_the_same_folds():
    champion = small_model()
    compared = challenged(champion.archive, champion)
    assert compared.measured_on == SAME_RECIPE_FOLDS
    assert (compared.n, compared.positives) == (champion.model.rows, champion.model.positives)
    in_sample = champion.model.risk(champion.data.development)
    assert in_sample.std() != champion.model.unseen_risk.std()


def test_another_seed_of_the_same_recipe_is_told_with_an_interval_over_nothing_clear():
    champion = small_model()
    other = Trained(
        champion.data,
        champion.schema,
        train(champion.data.development, champion.schema, options=TrainingOptions(5, trials=1)),
    )
    difference = challenged(champion.archive, other).roc_auc.difference
    assert difference.low < 0.05
    assert difference.low < difference.high


def test_a_package_that_does_not_say_until_when_it_learned_is_trained_anew():
    champion = panel_model()[0]
    manifest = champion.archive.manifest
    silent = {key: value for key, value in manifest.training.items() if key != "until"}
    old = replace(champion.archive, manifest=msgspec.structs.replace(manifest, training=silent))
    assert challenged(old, champion).measured_on == SAME_RECIPE_LATER
