"""Who may decide, after what look, in whose words."""

from datetime import UTC, datetime, timedelta

import pytest

from local_client import LocalClient
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.callers import Caller
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.roles import Role
from stayline.errors import DeciderRefused
from stayline.settings import Settings
from stayline.usecases.record_decision import record_decision
from stayline.usecases.record_training import record_training
from stayline.web.app import create_app
from stores import SetClock

PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"].head(14)]
ACTION = {"action": "workload_review"}
REASON = "Worked eleven weekends since June, asked for help."
WORDS = (
    "Asked for fewer night shifts since the move.", "Wants to lead the new team in spring.",
    "Her commute doubled when the office moved.", "Project ends in May without a successor.",
    "Spoke of boredom after three equal years.", "Looks for a mentor in data engineering.",
    "Childcare closes earlier from August on.", "Two promotions passed without any feedback.",
    "Certificate in welding was never used here.", "Wishes to work from Lyon on Fridays.",
)  # fmt: skip


class Desk:
    """Somebody at the API, on a clock that a test sets."""

    def __init__(self, client, ports, clock):
        self.client, self.ports, self.clock = client, ports, clock

    def look(self, person=PEOPLE[0], seconds=10.0):
        assert self.client.get(f"/v1/employees/{person}").json()["score"]["reasons"]
        self.clock.instant += timedelta(seconds=seconds)

    def decide(self, person=PEOPLE[0], **sent):
        body = ACTION | {"reason": REASON} | sent
        return self.client.post(f"/v1/employees/{person}/decisions", json=body)


@pytest.fixture
def desk(home):
    clock = SetClock(datetime.now(UTC))
    ports = build(Settings(home=home), clock=clock)
    with LocalClient(create_app(ports, Settings(home=home))) as client:
        yield Desk(client, ports, clock)


def why(answer):
    assert answer.status_code == 422
    return answer.json()["detail"]


def test_a_decision_after_a_look_is_kept_with_what_it_rests_on(desk):
    seen = desk.clock.instant
    desk.look()
    answer = desk.decide().json()
    assert datetime.fromisoformat(answer["viewed_at"]) == seen
    assert (answer["is_bulk"], answer["is_trained"]) == (False, False)
    (kept,) = desk.ports.decisions.between(seen, seen + timedelta(days=1))
    (viewed,) = [
        event for event in desk.ports.audit.events() if event.kind is AuditEventKind.EMPLOYEE_VIEWED
    ]
    assert (kept.viewed_at, kept.seen_band) == (seen, viewed.details["band"])


def test_nobody_decides_unseen_in_haste_or_too_late(desk):
    assert "have not been shown" in why(desk.decide())
    desk.look(seconds=4.9)
    assert "less than 5 s ago" in why(desk.decide())
    desk.clock.instant += timedelta(days=31)
    assert "have not been shown" in why(desk.decide())


def test_a_score_alone_or_another_persons_view_is_no_look(desk):
    desk.client.post("/v1/predict", json={"employee_id": PEOPLE[0]})
    desk.look(PEOPLE[1])
    assert "have not been shown" in why(desk.decide())


def test_a_view_without_a_score_is_no_look_and_the_words_do_not_tell_why(desk):
    desk.client.put(f"/v1/employees/{PEOPLE[0]}/opt-out")
    desk.client.get(f"/v1/employees/{PEOPLE[0]}")
    desk.clock.instant += timedelta(seconds=10)
    told = why(desk.decide())
    assert told == why(desk.decide(PEOPLE[1]))


def test_a_look_that_somebody_else_took_does_not_count(desk):
    desk.look()
    other = Caller("bo", frozenset({Role.HR_PARTNER}), is_human=True)
    with pytest.raises(Exception, match="have not been shown"):
        decided_by(desk, other)


def decided_by(desk, caller):
    ports = desk.ports
    return record_decision(
        pseudonym(ports.secrets.token_key(), PEOPLE[0]), action="mentoring", reason=REASON,
        caller=caller, policy=OversightPolicy(), features=ports.features,
        decisions=ports.decisions, register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip


def test_a_program_never_decides_and_that_is_audited(desk):
    program = Caller("key-7", frozenset({Role.SERVICE, Role.HR_PARTNER}), is_human=False)
    with pytest.raises(DeciderRefused, match="Only a person"):
        decided_by(desk, program)
    (event,) = desk.ports.audit.events(limit=1)
    assert (event.actor, event.details) == ("key-7", {"because": "DeciderRefused"})


def test_the_same_reason_for_somebody_else_is_refused_with_the_day_it_was_given(desk):
    desk.look()
    assert desk.decide().status_code == 201
    desk.look(PEOPLE[1])
    told = why(desk.decide(PEOPLE[1], reason=REASON.upper()))
    assert f"for somebody else on {desk.clock.instant:%Y-%m-%d}" in told
    assert why(desk.decide())
    assert desk.decide(action="mentoring").status_code == 201
    assert desk.decide(PEOPLE[1], reason=WORDS[0]).status_code == 201


def test_decisions_in_bulk_are_marked_from_the_tenth_on(desk):
    for person in PEOPLE[:10]:
        desk.look(person)
    marked = [
        desk.decide(person, reason=reason).json()["is_bulk"]
        for person, reason in zip(PEOPLE, WORDS, strict=False)
    ]
    assert marked == [False] * 9 + [True]


def train(desk, **times):
    now = desk.clock.instant
    record_training(
        "local-analyst", course="Reading scores", authority="HR board",
        valid_from=now + times.get("since", timedelta(0)),
        valid_until=now + times.get("until", timedelta(days=1)), by="ana",
        register=desk.ports.register, audit=desk.ports.audit, clock=desk.ports.clock,
    )  # fmt: skip


def test_training_is_noted_with_the_decision_as_of_its_time(desk):
    train(desk, until=timedelta(seconds=15))
    desk.look()
    assert desk.decide().json()["is_trained"] is True
    desk.look()
    assert desk.decide(reason=WORDS[0]).json()["is_trained"] is False


def test_where_training_is_required_nobody_decides_without(desk, home):
    (home / "governance.toml").write_text("[oversight]\nrequire_training = true\n")
    desk.look()
    answer = desk.decide()
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("decider-refused")
    assert "valid training" in answer.json()["detail"]
    train(desk)
    assert desk.decide().status_code == 201


def test_a_policy_that_cannot_be_read_lets_nobody_decide(desk, home):
    desk.look()
    (home / "governance.toml").write_text("[oversight]\nleast_view_s = 'soon'\n")
    assert desk.decide().status_code == 503
