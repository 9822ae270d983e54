"""Each fault of a model's way to people flips its own control and no other."""

from dataclasses import replace

import pytest

from healthy_areas import DAY, SECOND, served
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter, verdicts
from stayline.domain.compliance.areas.model_records import (
    GateSeen,
    LiveQuality,
    RangAlarm,
    TrainedOn,
)
from stayline.domain.compliance.areas.models import ModelParameters
from stayline.domain.compliance.catalogue import Parameters
from stayline.domain.compliance.verdicts import Status
from stayline.domain.model_package import RULE

WELL = healthy_quarter()
FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
(METRIC,) = WELL.models.metrics
(GATE,) = WELL.models.gates


def with_models(**values):
    return changed(WELL, "models", **values)


@pytest.mark.parametrize("name", ["ana", "ANA", " Ana ", "a\u200bna", "\uff21na"])
def test_the_trainer_approves_nothing_in_whatever_spelling(name):
    assert flipped(with_models(served=(served(UNTIL, approved_by=name),))) == {"MOD-01": FAIL}


def test_an_alias_is_the_same_person():
    evidence = with_models(served=(served(UNTIL, approved_by="A.Berg@example.org"),))
    assert flipped(evidence) == {}
    known = Parameters(models=ModelParameters(aliases=(("ana", "a.berg@example.org"),)))
    assert flipped(evidence, parameters=known) == {"MOD-01": FAIL}


@pytest.mark.parametrize(
    "values",
    [
        {"approved_by": None},
        {"is_stand_in": True},
        {"approved_at": UNTIL - 79 * DAY},
        {"deployed_digests": ("sha256:" + "e" * 64,)},
        {"is_whole": False},
    ],
    ids=["nobody", "stand-in", "after traffic", "other bytes", "altered archive"],
)
def test_an_approval_is_by_somebody_in_time_and_of_the_very_bytes(values):
    assert flipped(with_models(served=(served(UNTIL, **values),))) == {"MOD-01": FAIL}


def test_an_approval_just_before_the_first_answer_is_in_time():
    assert (
        flipped(with_models(served=(served(UNTIL, approved_at=UNTIL - 79 * DAY - SECOND),))) == {}
    )


def test_an_approval_by_rule_passes_and_says_so():
    evidence = with_models(served=(served(UNTIL, approved_by=RULE),))
    assert flipped(evidence) == {}
    assert "approved by a rule" in " ".join(verdicts(evidence)["MOD-01"].warnings)


@pytest.mark.parametrize("recomputed", [0.8001, None])
def test_a_figure_that_was_typed_by_hand_fails(recomputed):
    metric = replace(METRIC, recomputed=recomputed)
    assert flipped(with_models(metrics=(metric,))) == {"MOD-02": FAIL}


def test_live_quality_that_fell_fails():
    live = LiveQuality(3, UNTIL - DAY, "auc", True)
    assert flipped(with_models(live=(live,))) == {"MOD-02": FAIL}


def failed_gate(**values):
    return replace(
        GateSeen(3, "fairness (Gender = Female)", has_passed=False, is_blocking=True), **values
    )


LAST = (UNTIL - 79 * DAY - SECOND).date()


@pytest.mark.parametrize(
    ("gates", "flips"),
    [
        ((failed_gate(),), {"MOD-03": FAIL}),
        ((failed_gate(is_blocking=False),), {}),
        ((failed_gate(waived_by="bo", waived_until=LAST),), {}),
        ((failed_gate(waived_by="bo", waived_until=LAST - DAY),), {"MOD-03": FAIL}),
        ((failed_gate(waived_by="bo"),), {"MOD-03": FAIL}),
        ((failed_gate(waived_by="Ana", waived_until=LAST),), {"MOD-03": FAIL}),
        ((replace(GATE, version=2),), {"MOD-03": FAIL}),
    ],
    ids=["failed", "warning", "waived", "expired", "no last day", "own waiver", "another version"],
)
def test_gates_ran_on_the_package_and_passed_or_were_waived_by_another(gates, flips):
    assert flipped(with_models(gates=gates)) == flips


def test_a_day_without_a_watch_is_missed():
    missed = (UNTIL - 40 * DAY).date()
    days = tuple(day for day in WELL.models.watched_days if day != missed)
    evidence = with_models(watched_days=days)
    assert flipped(evidence) == {"MOD-04": FAIL}
    assert verdicts(evidence)["MOD-04"].offending == (missed.isoformat(),)


def test_the_last_day_may_still_be_watched():
    last = max(WELL.models.watched_days)
    days = tuple(day for day in WELL.models.watched_days if day != last)
    assert flipped(with_models(watched_days=days)) == {}


@pytest.mark.parametrize(
    ("rang", "heard", "flips"),
    [
        (UNTIL - 50 * DAY, UNTIL - 43 * DAY, {}),
        (UNTIL - 50 * DAY, UNTIL - 43 * DAY + SECOND, {"MOD-04": FAIL}),
        (UNTIL - 8 * DAY, None, {"MOD-04": FAIL}),
        (UNTIL - 6 * DAY, None, {}),
    ],
)
def test_an_alarm_is_acknowledged_within_a_week(rang, heard, flips):
    assert flipped(with_models(alarms=(RangAlarm("drift", rang, heard),))) == flips


def test_a_package_says_who_of_its_people_got_an_action():
    assert flipped(with_models(trained=(TrainedOn(3, None, 0),))) == {"MOD-05": FAIL}
    odd = with_models(trained=(TrainedOn(3, 0, 15),))
    assert flipped(odd) == {}
    assert "15 people had got an action" in " ".join(verdicts(odd)["MOD-05"].warnings)


def test_no_model_at_all_is_no_evidence():
    empty = with_models(
        served=(), metrics=(), live=(), gates=(), watched_days=(), watched_since=None, alarms=(),
        trained=(),
    )  # fmt: skip
    assert flipped(empty) == {f"MOD-0{number}": NO_EVIDENCE for number in range(1, 6)}
