"""Asks that arrive together are answered as if each had come alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from real_data import ibm_extract
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.score_request import Ask, ScoreOptions, ScoreRequest
from stayline.errors import (
    EndpointUnavailable,
    HasOptedOut,
    RequestRefused,
    StoreUnavailable,
    UnknownEmployee,
    UnknownVariant,
)
from stayline.usecases.score_employee import Outcome, score_together

PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"].head(4)]
QUICK = ScoreOptions(with_reasons=False)


def together(ports: Ports, *asks: Ask) -> list[Outcome]:
    return score_together(
        asks,
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=ports.secrets.token_key(),
    )


def ask(*ids: str, options: ScoreOptions = QUICK, actor: str = "ana", **fields: object) -> Ask:
    return Ask([ScoreRequest(hr_id, fields) for hr_id in ids], actor, options)


def told(outcome: Outcome) -> list:
    assert isinstance(outcome, list), outcome
    own = {"prediction_id": "", "scored_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return [replace(score, **own) for score in outcome]


def captured(ports: Ports) -> list:
    now = datetime.now(UTC)
    return list(ports.capture.read(now - timedelta(days=1), now + timedelta(days=1)))


def test_each_ask_gets_the_answer_that_it_gets_alone(ports):
    asks = [
        ask(PEOPLE[0]),
        ask(PEOPLE[1], options=ScoreOptions()),
        ask(PEOPLE[2], PEOPLE[3]),
        ask(PEOPLE[0], OverTime="Yes"),
        Ask([ScoreRequest(None, {"JobRole": "Sales Executive"})], "bo", ScoreOptions()),
    ]
    alone = [told(together(ports, one)[0]) for one in asks]
    assert [told(outcome) for outcome in together(ports, *asks)] == alone


def test_one_that_is_refused_does_not_touch_the_others(ports):
    token = pseudonym(ports.secrets.token_key(), PEOPLE[1])
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    outcomes = together(
        ports,
        ask(PEOPLE[0]),
        ask(PEOPLE[1]),
        ask("nobody"),
        ask(PEOPLE[2], MonthlyIncome="much"),
        ask(PEOPLE[2], options=ScoreOptions(with_reasons=False, target_variant="version-9")),
        ask(PEOPLE[3]),
    )
    kinds = [type(outcome) for outcome in outcomes]
    refusals = [HasOptedOut, UnknownEmployee, RequestRefused, UnknownVariant]
    assert kinds == [list, *refusals, list]
    of = [msgspec.json.decode(record.answer)["token"] for record in captured(ports)]
    assert of == [pseudonym(ports.secrets.token_key(), PEOPLE[n]) for n in (0, 3)]
    noted = [event for event in ports.audit.events(limit=5) if event.actor == "ana"]
    kinds = sorted(event.kind for event in noted)
    scored, refused = AuditEventKind.EMPLOYEE_SCORED, AuditEventKind.SCORING_REFUSED
    assert kinds == sorted([scored, scored, refused, refused, refused])


def test_a_store_that_cannot_keep_what_was_asked_fails_all_and_answers_none(ports, home):
    (home / "capture").write_text("in the way")
    outcomes = together(ports, ask(PEOPLE[0]), ask("nobody"), ask(PEOPLE[1]))
    assert [type(one) for one in outcomes] == [StoreUnavailable, UnknownEmployee, StoreUnavailable]


def test_an_endpoint_that_is_down_fails_those_who_need_it_only(ports, home):
    for archive in (home / "models").rglob("*"):
        if archive.is_file():
            archive.write_bytes(b"torn")
    token = pseudonym(ports.secrets.token_key(), PEOPLE[1])
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    outcomes = together(ports, ask(PEOPLE[0]), ask(PEOPLE[1]))
    assert [type(one) for one in outcomes] == [EndpointUnavailable, HasOptedOut]


def test_every_ask_is_captured_with_its_own_words_and_noted_under_its_own_name(ports):
    together(
        ports,
        ask(PEOPLE[0], options=ScoreOptions(with_reasons=False, inference_id="one"), actor="ana"),
        ask(PEOPLE[1], options=ScoreOptions(with_reasons=False, inference_id="two"), actor="bo"),
    )
    assert [record.inference_id for record in captured(ports)] == ["one", "two"]
    assert [event.actor for event in ports.audit.events(limit=2)] in (["bo", "ana"], ["ana", "bo"])


@pytest.mark.parametrize("count", [1, 2, 501])
def test_any_number_of_people_is_looked_up(ports, count):
    ids = [str(number) for number in ibm_extract()["EmployeeNumber"].head(count)]
    (outcome,) = together(ports, ask(*ids))
    assert [score.employee_id for score in told(outcome)] == ids
