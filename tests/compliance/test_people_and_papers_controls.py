"""Notices, explanations, access, incidents and documents: one change flips one control."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from healthy_areas import DAY, SECOND
from healthy_people import ANA, HOUR, RETENTION, SHAPE, document
from healthy_quarter import (
    UNTIL,
    changed,
    flipped,
    healthy_quarter,
    law_read_on,
    verdicts,
)
from stayline.domain.compliance.areas.accountability import ScoredPeople
from stayline.domain.compliance.areas.security import LateAccess, ScoreRead, TextScan
from stayline.domain.compliance.areas.transparency import (
    ExplainedScore,
    FirstScore,
    business_days_after,
)
from stayline.domain.compliance.catalogue import Evidence
from stayline.domain.compliance.verdicts import Status
from stayline.domain.register.accountability import Incident
from stayline.domain.register.rights import LawfulBasis, RequestKind, RightsRequest

WELL = healthy_quarter()
NOTICE = WELL.transparency.notices[0]
FAIL = Status.FAIL


def with_documents(*documents: object) -> Evidence:
    return changed(WELL, "accountability", documents=documents)


def test_a_person_scored_at_the_instant_of_the_notice_was_not_told_before() -> None:
    at_once = (FirstScore(ANA, NOTICE.given_at),)
    evidence = changed(WELL, "transparency", first_scores=at_once)
    assert flipped(evidence) == {"TRA-01": FAIL}
    assert verdicts(evidence)["TRA-01"].offending == (ANA,)
    later = (FirstScore(ANA, NOTICE.given_at + SECOND),)
    assert flipped(changed(WELL, "transparency", first_scores=later)) == {}


def test_a_person_who_was_never_told_fails() -> None:
    first = (*WELL.transparency.first_scores, FirstScore("b" * 32, UNTIL - DAY))
    assert flipped(changed(WELL, "transparency", first_scores=first)) == {"TRA-01": FAIL}


@pytest.mark.parametrize("explained", [None, 0.25 + 2e-5])
def test_scores_without_reasons_that_add_up_fail(explained: float | None) -> None:
    found = (ExplainedScore("p-1", 0.25, explained),)
    assert flipped(changed(WELL, "transparency", explained=found)) == {"TRA-02": FAIL}


def test_a_late_explanation_fails() -> None:
    day = UNTIL.date()
    asked = RightsRequest(ANA, RequestKind.EXPLANATION, "EU", day - 40 * DAY, day - 9 * DAY)
    assert flipped(changed(WELL, "transparency", requests=(asked,))) == {"TRA-02": FAIL}
    closed = replace(asked, closed_on=asked.due_on)
    assert flipped(changed(WELL, "transparency", requests=(closed,))) == {}


def test_new_york_in_scope_without_audit_summary_and_notice_fails() -> None:
    answer = replace(WELL.transparency.scope_answers[0], is_in_scope=True)
    evidence = changed(WELL, "transparency", scope_answers=(answer,))
    assert flipped(evidence) == {"TRA-03": FAIL}
    papers = tuple(
        document(name, UNTIL) for name in ("bias_audit", "bias_audit_summary", "nyc_notice")
    )
    assert flipped(changed(evidence, "transparency", documents=papers)) == {}
    old = (*papers[1:], document("bias_audit", UNTIL, days_ago=367))
    assert flipped(changed(evidence, "transparency", documents=old)) == {"TRA-03": FAIL}


def test_business_days_skip_weekends() -> None:
    assert business_days_after(date(2026, 11, 27), 10) == date(2026, 12, 11)


@pytest.mark.parametrize(("was_in_reach", "status"), [(False, FAIL), (None, None)])
def test_a_read_beyond_the_own_line_fails_and_one_of_unknown_right_is_counted(
    was_in_reach: bool | None, status: Status | None
) -> None:
    read = ScoreRead(ANA, "manager-2", UNTIL - DAY, was_in_reach)
    evidence = changed(WELL, "security", reads=(*WELL.security.reads, read))
    assert flipped(evidence) == ({"SEC-01": status} if status else {})
    assert verdicts(evidence)["SEC-01"].counts["reads"] == 2


@pytest.mark.parametrize(("late", "fails"), [(DAY - SECOND, False), (DAY, True)])
def test_access_must_be_gone_within_a_day_of_leaving(late: timedelta, fails: bool) -> None:
    left_at = UNTIL - 10 * DAY
    evidence = changed(WELL, "security", late=(LateAccess("manager-3", left_at, left_at + late),))
    assert flipped(evidence) == ({"SEC-01": FAIL} if fails else {})


def test_a_name_in_a_log_fails_and_names_the_place_only() -> None:
    evidence = changed(WELL, "security", scan=TextScan(4, ("server.log line 12",)))
    assert flipped(evidence) == {"SEC-02": FAIL}
    assert verdicts(evidence)["SEC-02"].offending == ("server.log line 12",)


@pytest.mark.parametrize(("hours", "fails"), [(72, False), (72.001, True), (None, True)])
def test_the_authority_is_told_within_72_hours(hours: float | None, fails: bool) -> None:
    aware_at = UNTIL - 20 * DAY
    told = None if hours is None else aware_at + hours * HOUR
    incident = Incident("i-1", False, aware_at, ("EU",), authority_told_at=told)
    evidence = changed(WELL, "security", incidents=(*WELL.security.incidents, incident))
    assert flipped(evidence) == ({"SEC-03": FAIL} if fails else {})


def test_cert_in_is_told_within_6_hours() -> None:
    aware_at = UNTIL - 20 * DAY
    incident = Incident("i-1", False, aware_at, ("IN",), aware_at + HOUR, aware_at + 7 * HOUR)
    evidence = changed(WELL, "security", incidents=(*WELL.security.incidents, incident))
    assert flipped(evidence) == {"SEC-03": FAIL}


def test_a_quarter_without_a_drill_fails() -> None:
    old = replace(WELL.security.incidents[0], aware_at=UNTIL - 100 * DAY)
    assert flipped(changed(WELL, "security", incidents=(old,))) == {"SEC-03": FAIL}


@pytest.mark.parametrize(
    "ropa",
    [
        document("ropa", UNTIL, "fields:a-g", RETENTION, days_ago=367),
        document("ropa", UNTIL, "fields:a-g", "retention:0"),
        document("ropa", UNTIL, RETENTION),
    ],
)
def test_a_record_of_processing_that_is_old_untrue_or_partial_fails(ropa: object) -> None:
    others = WELL.accountability.documents[1:]
    assert flipped(with_documents(ropa, *others)) == {"ACC-01": FAIL}


def test_a_model_of_another_shape_needs_a_new_assessment_from_before() -> None:
    ropa, _, *others = WELL.accountability.documents
    other_shape = document("dpia", UNTIL, "model:other")
    too_late = document("dpia", UNTIL, SHAPE, days_ago=79)
    assert flipped(with_documents(ropa, other_shape, *others)) == {"ACC-02": FAIL}
    assert flipped(with_documents(ropa, too_late, *others)) == {"ACC-02": FAIL}


@pytest.mark.parametrize(
    ("place", "bases", "fails"),
    [
        ("EU", ("consent",), True),
        ("EU", ("consent", "contract"), False),
        ("IN", ("employment_purposes",), False),
        ("IN", ("legitimate_interests",), True),
        ("US", (), True),
    ],
)
def test_a_basis_must_hold_where_people_are(
    place: str, bases: tuple[str, ...], fails: bool
) -> None:
    first = UNTIL - 60 * DAY
    evidence = changed(
        WELL, "accountability", scored=(ScoredPeople(place, 5, first),),
        bases=(LawfulBasis(place, bases, "", first),),
    )  # fmt: skip
    assert flipped(evidence) == ({"ACC-03": FAIL} if fails else {})


def test_legitimate_interests_need_a_balancing_test_on_file() -> None:
    documents = [one for one in WELL.accountability.documents if one.subject != "balancing_test"]
    assert flipped(with_documents(*documents)) == {"ACC-03": FAIL}


@pytest.mark.parametrize(("days", "fails"), [(90, False), (91, True)])
def test_a_source_last_verified_91_days_ago_fails(days: int, fails: bool) -> None:
    first, *others = [
        one for one in WELL.accountability.sources if one.last_verified_on is not None
    ]
    old = replace(first, last_verified_on=(UNTIL - days * DAY).date())
    evidence = changed(WELL, "accountability", sources=(old, *others))
    assert flipped(evidence) == ({"ACC-04": FAIL} if fails else {})


@pytest.mark.parametrize("area", ["transparency", "security", "accountability"])
def test_nothing_on_record_is_never_a_pass(area: str) -> None:
    empty = replace(WELL, **{area: type(getattr(WELL, area))()})
    expected = {"transparency": 3, "security": 3, "accountability": 4}[area]
    assert list(flipped(empty).values()) == [Status.NO_EVIDENCE] * expected


@pytest.mark.parametrize(
    ("day", "applies"),
    [(date(2028, 4, 1), True), (date(2026, 8, 1), False)],
)
def test_explanations_are_asked_for_since_august_2026_by_the_ai_act(
    day: date, applies: bool
) -> None:
    until = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    law = law_read_on(day)
    warnings = verdicts(healthy_quarter(until), until, law)["TRA-02"].warnings
    assert any("aia-86 applies from" in one for one in warnings) is not applies
