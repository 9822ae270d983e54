"""Each fault of human oversight flips its own control and no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from healthy_areas import DAY, MANAGERS, SCORED, SECOND
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter, verdicts
from stayline.domain.compliance.areas.human_records import (
    Drilled,
    HrEventSeen,
    ScoreView,
)
from stayline.domain.compliance.verdicts import Status
from stayline.domain.register.oversight import HrEvent, OverseerTraining

WELL = healthy_quarter()
FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
ACTIONS = WELL.humans.actions
FIRST = ACTIONS[1]
DRILL = WELL.humans.drills[0].drill


def with_humans(until=UNTIL, **values):
    return changed(healthy_quarter(until), "humans", **values)


def with_first(**values):
    return with_humans(actions=(ACTIONS[0], replace(FIRST, **values), *ACTIONS[2:]))


def as_actor(actor):
    """Let somebody else have done everything that the first manager did."""

    def turned(records, name):
        return tuple(
            replace(one, **{name: actor}) if getattr(one, name) == MANAGERS[0] else one
            for one in records
        )

    return with_humans(
        actions=turned(ACTIONS, "actor"),
        views=turned(WELL.humans.views, "actor"),
        training=turned(WELL.humans.training, "subject"),
    )


@pytest.mark.parametrize(("length", "flips"), [(20, {}), (19, {"HUM-01": FAIL})])
def test_a_reason_needs_20_characters(length, flips):
    assert flipped(with_first(reason_length=length)) == flips


def test_a_template_is_no_reason():
    assert flipped(with_first(is_template=True)) == {"HUM-01": FAIL}


def test_the_same_reason_40_times_is_a_copy():
    copied = tuple(
        replace(one, reason_digest="same") if one.actor == MANAGERS[0] else one for one in ACTIONS
    )
    evidence = with_humans(actions=copied)
    assert flipped(evidence) == {"HUM-01": FAIL}
    assert verdicts(evidence)["HUM-01"].offending == (MANAGERS[0],)


def test_a_reason_that_comes_up_now_and_then_is_no_copy():
    assert flipped(with_first(reason_digest=ACTIONS[2].reason_digest)) == {}


@pytest.mark.parametrize("actor", ["service:nightly", "key-1", "rule: all", "schedule", " "])
def test_a_program_decides_nothing(actor):
    assert flipped(as_actor(actor)) == {"HUM-01": FAIL}


def test_no_decision_on_record_is_no_evidence_for_what_decisions_show():
    assert flipped(with_humans(actions=())) == {
        "HUM-01": NO_EVIDENCE,
        "HUM-02": NO_EVIDENCE,
        "HUM-03": NO_EVIDENCE,
        "HUM-04": NO_EVIDENCE,
    }


@pytest.mark.parametrize(
    ("view", "flips"),
    [
        (ScoreView(FIRST.token, FIRST.actor, FIRST.at - SECOND), {}),
        (ScoreView(FIRST.token, FIRST.actor, FIRST.at - SECOND / 2), {"HUM-02": FAIL}),
        (ScoreView(FIRST.token, FIRST.actor, FIRST.at + SECOND), {"HUM-02": FAIL}),
        (ScoreView(FIRST.token, MANAGERS[1], FIRST.at - SECOND), {"HUM-02": FAIL}),
        (ScoreView(SCORED, FIRST.actor, FIRST.at - SECOND), {"HUM-02": FAIL}),
        (ScoreView(FIRST.token, FIRST.actor, FIRST.at - SECOND, False), {"HUM-02": FAIL}),
    ],
    ids=["before", "too short before", "after", "by another", "of another", "without reasons"],
)
def test_the_same_person_saw_score_and_reasons_before(view, flips):
    others = tuple(
        one for one in WELL.humans.views if (one.token, one.actor) != (FIRST.token, FIRST.actor)
    )
    assert flipped(with_humans(views=(*others, view))) == flips


@pytest.mark.parametrize(
    ("count", "is_bulk", "flips"),
    [(4, False, {}), (5, False, {"HUM-02": FAIL}), (5, True, {})],
)
def test_many_decisions_at_once_are_marked(count, is_bulk, flips):
    at = ACTIONS[0].at
    made = tuple(
        replace(one, at=at + number * SECOND, is_bulk=is_bulk) if number < count else one
        for number, one in enumerate(ACTIONS)
    )
    views = tuple(ScoreView(one.token, one.actor, one.at - SECOND) for one in made)
    assert flipped(with_humans(actions=made, views=views)) == flips


@pytest.mark.parametrize("kind", ["score_disputed", "stay_conversation"])
def test_who_always_or_never_disagrees_needs_a_review(kind):
    made = tuple(replace(one, action=kind) if one.actor == MANAGERS[0] else one for one in ACTIONS)
    assert flipped(with_humans(actions=made)) == {"HUM-03": FAIL}
    assert flipped(with_humans(actions=made, reviewed=(MANAGERS[0],))) == {}


def test_few_decisions_say_nothing_about_agreement():
    made = tuple(replace(one, action="stay_conversation") for one in ACTIONS[:29])
    assert flipped(with_humans(actions=made)) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"valid_until": FIRST.at},
        {"valid_from": FIRST.at + SECOND},
        {"authority": " "},
        {"subject": "subject-cleo"},
    ],
)
def test_training_and_authority_hold_when_the_decision_is_made(values):
    training = (replace(WELL.humans.training[0], **values), WELL.humans.training[1])
    assert flipped(with_humans(training=training)) == {"HUM-04": FAIL}


def test_a_renewed_training_holds_without_a_gap():
    first, other = WELL.humans.training
    renewed = (
        replace(first, valid_until=FIRST.at),
        OverseerTraining(first.subject, "again", "decide", FIRST.at, UNTIL),
        other,
    )
    assert flipped(with_humans(training=renewed)) == {}


@pytest.mark.parametrize(
    "drilled",
    [
        Drilled(replace(DRILL, refused_from=DRILL.stopped_at + 1.001 * SECOND)),
        Drilled(replace(DRILL, scores_served_while_off=1)),
        Drilled(DRILL, scored_while_off=1),
    ],
    ids=["too slow", "served", "in the audit log"],
)
def test_a_stop_switch_that_does_not_stop_fails(drilled):
    assert flipped(with_humans(drills=(drilled,))) == {"HUM-05": FAIL}


def test_a_drill_of_another_quarter_is_none():
    old = replace(DRILL, stopped_at=UNTIL - 92 * DAY, refused_from=UNTIL - 92 * DAY)
    assert flipped(with_humans(drills=(Drilled(old),))) == {"HUM-05": NO_EVIDENCE}


@pytest.mark.parametrize(
    ("until", "flips"),
    [
        (datetime(2027, 12, 1, 4, tzinfo=UTC), {}),
        (datetime(2027, 12, 2, 4, tzinfo=UTC), {"HUM-05": NO_EVIDENCE}),
    ],
)
def test_the_ai_acts_duties_of_oversight_bind_from_2_december_2027(until, flips):
    evidence = with_humans(until, drills=())
    assert flipped(evidence, until) == flips
    found = verdicts(evidence, until)["HUM-05"]
    assert (found.status is Status.NOT_APPLICABLE) is not bool(flips)
    assert ("2027-12-02" in found.reason) is not bool(flips)


@pytest.mark.parametrize(
    ("days", "event", "flips"),
    [
        (90, "dismissal", {"HUM-06": FAIL}),
        (91, "dismissal", {}),
        (-1, "dismissal", {}),
        (5, "promotion", {"HUM-06": FAIL}),
        (5, "Pay change", {"HUM-06": FAIL}),
        (5, "transfer", {}),
    ],
)
def test_what_hr_does_soon_after_a_high_score_was_seen_is_reviewed(days, event, flips):
    happened = HrEvent(SCORED, event, UNTIL - 95 * DAY + timedelta(days=days))
    view = ScoreView(SCORED, MANAGERS[0], UNTIL - 95 * DAY, is_high=True)
    evidence = with_humans(hr_events=(HrEventSeen(happened),), high_views=(view,))
    assert flipped(evidence) == flips
    reviewed = with_humans(hr_events=(HrEventSeen(happened, True),), high_views=(view,))
    assert flipped(reviewed) == {}


def test_an_action_that_is_not_allowed_fails():
    assert flipped(with_first(action="dismissal")) == {"HUM-06": FAIL}
