"""Each fault about people who are out flips its own control and no other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from healthy_areas import DAY, ERASED, OUT, SECOND, request
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter, verdicts
from stayline.domain.compliance.areas.opt_out import OptOutParameters, last_day
from stayline.domain.compliance.areas.opt_out_records import (
    Adverse,
    Asked,
    Interval,
    Probe,
    ScoreSeen,
    TrainingSeen,
)
from stayline.domain.compliance.verdicts import Status
from stayline.domain.register.rights import Erasure, RequestKind

WELL = healthy_quarter()
SINCE = WELL.opt_out.intervals[0].since
FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
MICROSECOND = timedelta(microseconds=1)


def with_opt_out(until=UNTIL, **values):
    return changed(healthy_quarter(until), "opt_out", **values)


@pytest.mark.parametrize(
    ("at", "flips"),
    [(SINCE - MICROSECOND, {}), (SINCE, {"OPT-01": FAIL}), (SINCE + DAY, {"OPT-01": FAIL})],
)
def test_a_score_at_the_very_instant_of_the_opt_out_fails(at, flips):
    evidence = with_opt_out(scores=(ScoreSeen(OUT, at, "live"),))
    assert flipped(evidence) == flips


@pytest.mark.parametrize(
    ("at", "flips"), [(SINCE + DAY, {}), (SINCE + DAY - SECOND, {"OPT-01": FAIL})]
)
def test_a_score_at_the_very_instant_of_coming_back_is_allowed(at, flips):
    back = Interval(OUT, SINCE, SINCE + DAY)
    evidence = with_opt_out(intervals=(back,), scores=(ScoreSeen(OUT, at, "live"),))
    assert flipped(evidence) == flips


def test_serving_a_kept_score_in_an_outage_counts():
    evidence = with_opt_out(scores=(ScoreSeen(OUT, SINCE + DAY, "nightly"),))
    assert flipped(evidence) == {"OPT-01": FAIL}
    found = verdicts(evidence)["OPT-01"]
    assert found.offending == (OUT,)
    assert found.counts["nightly_while_out"] == 1


def test_a_score_that_still_lies_on_the_board_counts_however_old_it_is():
    evidence = with_opt_out(kept=(ScoreSeen(OUT, SINCE - DAY, "kept"),))
    assert flipped(evidence) == {"OPT-01": FAIL}


def test_an_empty_log_of_scores_is_no_evidence():
    assert flipped(with_opt_out(scored=0, scores=())) == {"OPT-01": NO_EVIDENCE}


@pytest.mark.parametrize(
    ("token", "frozen_at", "flips"),
    [
        (OUT, SINCE - SECOND, {}),
        (OUT, SINCE, {"OPT-02": FAIL}),
        (ERASED, UNTIL - 21 * DAY, {}),
        (ERASED, UNTIL - 20 * DAY, {"OPT-02": FAIL}),
    ],
)
def test_who_was_out_or_erased_is_in_no_later_training(token, frozen_at, flips):
    training = TrainingSeen("execution-2", frozen_at, 900, (token,))
    assert flipped(with_opt_out(trainings=(training,))) == flips


def test_a_training_whose_people_nobody_knows_is_no_evidence():
    training = TrainingSeen("execution-2", UNTIL - DAY, None)
    assert flipped(with_opt_out(trainings=(training,))) == {"OPT-02": NO_EVIDENCE}


def test_a_model_from_before_an_opt_out_is_listed():
    warnings = verdicts(with_opt_out(earlier_models=("version-2",)))["OPT-02"].warnings
    assert "version-2 was trained before" in " ".join(warnings)


@pytest.mark.parametrize(
    "values",
    [
        {"asked": (Asked(OUT, SINCE.date(), SINCE + 3 * DAY),)},
        {"asked": (Asked(OUT, (UNTIL - 9 * DAY).date(), None),)},
        {"inputs": ("Age", "Has_Opted_Out")},
        {"may_see": ("privacy_officer", "manager")},
        {"steps_out": 3},
        {"adverse": Adverse(out=6, out_of=10, others=20, others_of=1000)},
    ],
)
def test_stepping_out_must_be_quick_easy_unseen_and_harmless(values):
    assert flipped(with_opt_out(**values)) == {"OPT-03": FAIL}


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2027, 10, 31), date(2027, 11, 30)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last_there_is(received, last):
    assert last_day(request(UNTIL, received_on=received), OptOutParameters()) == last


@pytest.mark.parametrize(
    ("closed_on", "flips"),
    [(date(2028, 2, 29), {}), (date(2028, 3, 1), {"OPT-04": FAIL}), (None, {"OPT-04": FAIL})],
)
def test_a_request_of_31_january_closed_on_1_march_is_late(closed_on, flips):
    late = request(UNTIL, received_on=date(2028, 1, 31), closed_on=closed_on)
    assert flipped(with_opt_out(requests=(late,))) == flips


@pytest.mark.parametrize(
    ("until", "flips"),
    [
        (datetime(2027, 5, 12, 4, tzinfo=UTC), {}),
        (datetime(2027, 5, 13, 4, tzinfo=UTC), {"OPT-04": FAIL}),
    ],
)
def test_indias_grievance_period_binds_from_13_may_2027(until, flips):
    grievance = request(
        until, kind=RequestKind.GRIEVANCE, jurisdiction="IN", received_on=date(2027, 1, 4),
        closed_on=None,
    )  # fmt: skip
    requests = (*healthy_quarter(until).opt_out.requests, grievance)
    assert flipped(with_opt_out(until, requests=requests), until) == flips


@pytest.mark.parametrize(("days", "flips"), [(90, {}), (91, {"OPT-04": FAIL})])
def test_a_grievance_in_india_has_90_days(days, flips):
    received = date(2027, 12, 1)
    grievance = request(
        UNTIL, kind=RequestKind.GRIEVANCE, jurisdiction="IN", received_on=received,
        closed_on=received + days * DAY,
    )  # fmt: skip
    assert flipped(with_opt_out(requests=(grievance,))) == flips


@pytest.mark.parametrize(("days", "flips"), [(30, {}), (31, {"OPT-04": FAIL})])
def test_data_of_a_bias_audit_is_given_in_30_days(days, flips):
    asked = request(UNTIL, kind=RequestKind.BIAS_AUDIT_DATA, jurisdiction="US-NY")
    asked = replace(asked, closed_on=asked.received_on + days * DAY)
    assert flipped(with_opt_out(requests=(asked,))) == flips


def test_no_request_on_record_is_no_evidence():
    assert flipped(with_opt_out(requests=())) == {"OPT-04": NO_EVIDENCE}


@pytest.mark.parametrize(
    "values",
    [
        {"probes": (Probe(ERASED, "capture", True),)},
        {"probes": (Probe("d" * 32, "capture", False),)},
        {
            "erasures": (
                Erasure(ERASED, UNTIL - 20 * DAY, UNTIL - 20 * DAY),
                Erasure("d" * 32, UNTIL - 2 * DAY),
            ),
            "probes": (Probe(ERASED, "capture", False), Probe("d" * 32, "capture", False)),
        },
    ],
    ids=["found", "nobody asked", "not ended"],
)
def test_an_erased_person_is_in_no_store(values):
    assert flipped(with_opt_out(**values)) == {"OPT-05": FAIL}


def test_nobody_erased_is_no_evidence():
    assert flipped(with_opt_out(erasures=(), probes=())) == {"OPT-05": NO_EVIDENCE}
