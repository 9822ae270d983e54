"""Quality with labels: late ones, treated people, thresholds that are surely or perhaps crossed."""

import msgspec
import numpy as np
import polars as pl
import pytest

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor
from stayline.formats.model_quality import Threshold
from stayline.formats.report_json import encode
from stayline.modelling.model_quality import model_quality
from stayline.modelling.watching.estimated_quality import estimated_quality
from stayline.modelling.watching.labelled_quality import (
    LabelledQuality,
    labelled_qualities,
    labelled_quality,
    ripe_by,
)
from stayline.modelling.watching.quality_findings import (
    HINDSIGHT_LEVEL,
    estimate_against_truth,
    estimated_findings,
    labelled_findings,
    quality_violations,
)
from stayline.samples.presets import named_schema
from stores import NOON

ALERT_FROM = 0.4


def window(rows=1000, seed=0, ripe=1.0, drawn_from=lambda risk: risk) -> pl.DataFrame:
    """Return scored people; of those whose horizon runs on, only leavers have a label by now."""
    rng = np.random.default_rng(seed)
    risk = 0.9 * rng.random(rows) ** 3
    left = rng.random(rows) < drawn_from(risk)
    is_ripe = rng.random(rows) < ripe
    known = is_ripe | (left & (rng.random(rows) < 0.5))
    label = [bool(value) if told else None for value, told in zip(left, known, strict=True)]
    return pl.DataFrame(
        {"risk": risk, "label": label, "person": np.arange(rows), "is_ripe": is_ripe, "left": left}
    )


def quality(rows: pl.DataFrame) -> LabelledQuality:
    return labelled_quality(rows, alert_from=ALERT_FROM, rng=np.random.default_rng(0))


def less(**limits: float) -> dict[str, Threshold]:
    return {name: Threshold(limit, "LessThanThreshold") for name, limit in limits.items()}


def verdicts(findings) -> dict[str, Verdict]:
    return {finding.metric: finding.verdict for finding in findings}


def test_labels_that_came_early_do_not_count_until_the_stayers_are_known_too():
    rows = window(4000, ripe=0.5)
    found = quality(rows)
    ripe = rows.filter("is_ripe")
    assert (found.n, found.unripe) == (len(ripe), len(rows) - len(ripe))
    assert found.figures["share_left"].value == ripe["left"].mean()
    labelled = rows.drop_nulls("label")
    hasty = quality(labelled.with_columns(is_ripe=pl.lit(value=True)))
    truth = rows["left"].mean()
    assert hasty.figures["share_left"].low > truth + 0.05
    assert found.figures["share_left"].low <= truth <= found.figures["share_left"].high


def test_rows_that_do_not_say_whether_they_are_ripe_are_refused():
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="is_ripe"):
        quality(window().drop("is_ripe"))


def test_an_answer_is_ripe_when_its_whole_horizon_is_known():
    schema = named_schema("monthly-panel")
    times = pl.Series([NOON, NOON.replace(month=4)])
    assert ripe_by(times, schema, known_until=NOON.replace(month=9)).to_list() == [True, False]


def test_the_statistics_are_the_documented_ones_of_the_ripe_rows():
    rows = window(600, ripe=0.7)
    ripe = rows.filter("is_ripe")
    expected = model_quality(
        ripe["label"].cast(pl.Int64).to_numpy(), ripe["risk"].to_numpy(),
        ripe["person"].to_numpy(), alert_from=ALERT_FROM, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert quality(rows).statistics == expected


def test_spread_is_told_from_200_rows_on_only():
    def spread(rows):
        metrics = quality(rows).statistics.binary_classification_metrics
        return metrics.recall.standard_deviation

    assert spread(window(199)) == "NaN"
    assert spread(window(200)) > 0


def test_an_interval_holds_the_true_figure_in_about_19_of_20_windows():
    rng = np.random.default_rng(9)
    risk = 0.9 * rng.random(2_000_000) ** 3
    truth = {"share_left": risk.mean(), "precision": risk[risk >= ALERT_FROM].mean()}
    truth["auc"] = estimated_quality(
        risk, np.arange(len(risk)), alert_from=ALERT_FROM, rng=rng
    ).figures["auc"].value  # fmt: skip
    truth["recall"] = risk[risk >= ALERT_FROM].sum() / risk.sum()
    inside = dict.fromkeys(truth, 0)
    for seed in range(60):
        found = quality(window(300, seed)).figures
        for name, value in truth.items():
            inside[name] += found[name].low <= value <= found[name].high
    assert min(inside.values()) >= 53


def test_a_figure_fails_only_when_its_whole_interval_is_beyond_the_threshold():
    found = quality(window())
    recall = found.figures["recall"]
    for limit, verdict in (
        (recall.low, Verdict.PASS),
        ((recall.value + recall.high) / 2, Verdict.INSUFFICIENT),
        (recall.high + 0.01, Verdict.FAIL),
    ):
        assert verdicts(labelled_findings(found, less(recall=limit)))["recall"] is verdict


def test_more_is_worse_for_a_rate_of_false_alarms():
    found = quality(window())
    rate = found.figures["false_positive_rate"]
    too_many = {"false_positive_rate": Threshold(rate.low - 0.01, "GreaterThanThreshold")}
    assert verdicts(labelled_findings(found, too_many))["false_positive_rate"] is Verdict.FAIL
    allowed = {"false_positive_rate": Threshold(rate.high, "GreaterThanThreshold")}
    assert verdicts(labelled_findings(found, allowed))["false_positive_rate"] is Verdict.PASS


@pytest.mark.parametrize("rows", [0, 1, 30])
def test_too_few_labels_are_insufficient_evidence_however_bad_the_figures(rows):
    findings = labelled_findings(quality(window(rows)), less(recall=1.0, auc=1.0))
    assert set(verdicts(findings).values()) == {Verdict.INSUFFICIENT}
    assert {finding.metric for finding in findings} >= {"recall", "auc"}


def test_a_window_whose_labels_came_for_some_only_is_insufficient_evidence():
    rows = window().with_row_index().with_columns(
        pl.when(pl.col("index") % 2 == 0).then("label").alias("label")
    )  # fmt: skip
    found = quality(rows)
    assert found.unlabelled == 500
    assert verdicts(labelled_findings(found, less(recall=1.0)))["recall"] is Verdict.INSUFFICIENT


def test_violations_have_the_documented_form():
    found = quality(window())
    written = msgspec.json.decode(
        encode(quality_violations(labelled_findings(found, less(auc=0.99, recall=0.01))))
    )
    (violation,) = written["violations"]
    assert violation["constraint_check_type"] == "LessThanThreshold"
    assert violation["metric_name"] == "auc"
    assert violation["description"].startswith("Metric auc with 0.")
    assert "was LessThanThreshold 0.9900" in violation["description"]


def test_estimates_are_judged_by_the_same_thresholds():
    risk = window()["risk"].to_numpy()
    rng = np.random.default_rng(0)
    found = estimated_quality(risk, np.arange(1000), alert_from=ALERT_FROM, rng=rng)
    findings = estimated_findings(found, less(auc=0.99, recall=0.01))
    told = verdicts(findings)
    assert (told["auc"], told["recall"]) == (Verdict.FAIL, Verdict.PASS)
    assert {(f.monitor, f.subject, f.n) for f in findings} == {
        (Monitor.QUALITY, "estimated without labels", 1000)
    }
    few = estimated_quality(risk[:20], np.arange(20), alert_from=ALERT_FROM, rng=rng)
    assert set(verdicts(estimated_findings(few, less(auc=0.99))).values()) == {Verdict.INSUFFICIENT}


def compared(rows: pl.DataFrame):
    estimate = estimated_quality(
        rows["risk"].to_numpy(), rows["person"].to_numpy(), alert_from=ALERT_FROM,
        rng=np.random.default_rng(1), level=HINDSIGHT_LEVEL,
    )  # fmt: skip
    return estimate_against_truth(estimate, quality(rows))


def test_what_came_true_lies_in_the_band_while_the_model_is_calibrated():
    findings = compared(window())
    assert set(verdicts(findings)) == {"auc", "recall", "precision", "share_left"}
    assert set(verdicts(findings).values()) == {Verdict.PASS}
    for finding in findings:
        assert finding.low <= finding.value <= finding.high
        assert f"{finding.value:.3f}" in finding.reason
        assert f"{finding.baseline:.3f}" in finding.reason


def test_what_came_true_lies_outside_the_band_once_leaving_has_changed():
    assert (
        verdicts(compared(window(drawn_from=lambda risk: risk / 2)))["share_left"] is Verdict.FAIL
    )


def test_chance_puts_any_of_the_compared_figures_outside_in_one_of_twenty_windows_at_most():
    missed = sum(
        Verdict.FAIL in verdicts(compared(window(400, seed))).values() for seed in range(200)
    )
    assert missed <= 17  # of 200 windows, at 5 % each, more come up once in 50 times


def test_an_estimate_is_not_compared_with_the_labels_of_half_its_window():
    assert set(verdicts(compared(window(ripe=0.5))).values()) == {Verdict.INSUFFICIENT}


def test_figures_are_told_with_and_without_treated_people():
    rows = window(2000).with_columns(is_treated=pl.col("risk") > 0.6)
    rows = rows.with_columns(
        pl.when("is_treated").then(pl.lit(value=False)).otherwise("label").alias("label")
    )
    rng = np.random.default_rng(0)
    every, others = labelled_qualities(rows, alert_from=ALERT_FROM, rng=rng)
    assert (every.n, others.n) == (2000, int((~rows["is_treated"]).sum()))
    assert others.figures["precision"].low > every.figures["precision"].high
    assert {f.subject for f in labelled_findings(others, {})} == {
        "with labels, without treated people"
    }


def test_where_nobody_was_treated_there_is_one_set_of_figures():
    rows = window().with_columns(is_treated=pl.lit(value=False))
    for frame in (rows, rows.drop("is_treated")):
        assert len(labelled_qualities(frame, alert_from=0.4, rng=np.random.default_rng(0))) == 1
