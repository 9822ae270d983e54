"""Asks that arrive together are answered as if each had come alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from real_data import ibm_extract
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.light_values import light_value
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
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.settings import Settings
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
        control=ports.control,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=ports.secrets.token_key(),
    )


def ask(*ids: str, options: ScoreOptions = QUICK, actor: str = "ana", **fields: object) -> Ask:
    return Ask([ScoreRequest(hr_id, fields) for hr_id in ids], actor, options)


def told(outcome: Outcome) -> list:
    assert outcome.refusal is None
    own = {"prediction_id": "", "scored_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return [replace(score, **own) for score in outcome.scores]


def kinds_of(outcomes: list[Outcome]) -> list[type]:
    return [type(outcome.refusal) if outcome.refusal else list for outcome in outcomes]


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
    refusals = [HasOptedOut, UnknownEmployee, RequestRefused, UnknownVariant]
    assert kinds_of(outcomes) == [list, *refusals, list]
    of = [msgspec.json.decode(record.answer)["token"] for record in captured(ports)]
    assert of == [pseudonym(ports.secrets.token_key(), PEOPLE[n]) for n in (0, 3)]
    noted = [event for event in ports.audit.events(limit=5) if event.actor == "ana"]
    kinds = sorted(event.kind for event in noted)
    scored, refused = AuditEventKind.EMPLOYEE_SCORED, AuditEventKind.SCORING_REFUSED
    assert kinds == sorted([scored, scored, refused, refused, refused])


def test_a_store_that_cannot_keep_what_was_asked_fails_all_and_answers_none(ports, home):
    (home / "capture").write_text("in the way")
    outcomes = together(ports, ask(PEOPLE[0]), ask("nobody"), ask(PEOPLE[1]))
    assert kinds_of(outcomes) == [StoreUnavailable, UnknownEmployee, StoreUnavailable]


def test_an_endpoint_that_is_down_fails_those_who_need_it_only(ports, home):
    for archive in (home / "models").rglob("*"):
        if archive.is_file():
            archive.write_bytes(b"torn")
    outcomes = together(ports, ask(PEOPLE[0]), ask("nobody", MonthlyIncome="much"))
    assert kinds_of(outcomes) == [EndpointUnavailable] * 2


def test_an_opt_out_is_told_by_neither_wrong_fields_nor_an_endpoint_that_is_down(ports, home):
    token = pseudonym(ports.secrets.token_key(), PEOPLE[1])
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    wrong = [ask(person, MonthlyIncome="much") for person in PEOPLE[:2]]
    assert kinds_of(together(ports, *wrong)) == [RequestRefused] * 2
    for archive in (home / "models").rglob("*"):
        if archive.is_file():
            archive.write_bytes(b"torn")
    again = replace(ports, endpoint=build(Settings(home=home)).endpoint)
    outcomes = together(again, *[ask(person) for person in PEOPLE[:2]])
    assert kinds_of(outcomes) == [EndpointUnavailable] * 2


class _Refuses:
    """The real score board, but for one thing that it cannot do."""

    def __init__(self, board, what: str) -> None:
        self._board = board
        self._what = what

    def __getattr__(self, name: str):
        if name == self._what:
            return self._refuse
        return getattr(self._board, name)

    def _refuse(self, *_: object) -> None:
        raise StoreUnavailable("The score board", "it is away.")


def test_a_board_that_fails_refuses_those_alone_whose_score_it_was_to_keep(ports):
    away = replace(ports, scores=_Refuses(ports.scores, "put"))
    outcomes = together(away, ask(PEOPLE[0]), ask(PEOPLE[1], options=ScoreOptions()))
    assert kinds_of(outcomes) == [list, StoreUnavailable]


class _OptOutMeanwhile:
    """The real endpoint, while some people opt out between check and answer."""

    def __init__(self, ports: Ports, people: list[str]) -> None:
        self._ports, self._people = ports, people

    def variant(self, target=None, *, affinity=""):
        return _OptingOut(self._ports.endpoint.variant(target, affinity=affinity), self)

    def opt_out(self) -> None:
        for person in self._people:
            token = pseudonym(self._ports.secrets.token_key(), person)
            self._ports.opt_outs.opt_out(token, at=self._ports.clock.now())


@light_value
class _OptingOut(ForwardedVariant):
    """A variant during whose work people opt out."""

    meanwhile: _OptOutMeanwhile

    def predict(self, rows, as_of, *, with_reasons=True):
        self.meanwhile.opt_out()
        return self.within.predict(rows, as_of, with_reasons=with_reasons)


def test_an_erasure_that_fails_is_told_to_whom_it_concerns_and_to_nobody_else(ports):
    hurried = replace(
        ports,
        endpoint=_OptOutMeanwhile(ports, PEOPLE[:2]),
        scores=_Refuses(ports.scores, "erase"),
    )
    outcomes = together(hurried, *[ask(person, options=ScoreOptions()) for person in PEOPLE[:3]])
    assert kinds_of(outcomes) == [StoreUnavailable, StoreUnavailable, list]


def test_wrong_fields_are_told_even_where_the_features_cannot_be_read(ports):
    away = replace(ports, features=_Refuses(ports.features, "records"))
    outcomes = together(away, ask(PEOPLE[0], MonthlyIncome="much"), ask(PEOPLE[1]))
    assert kinds_of(outcomes) == [RequestRefused, StoreUnavailable]


def test_each_request_of_a_trial_is_answered_and_counted_by_itself(ports):
    asked: list[int] = []

    class Trial:
        def variant(self, target=None, *, affinity=""):
            return _Counted(ports.endpoint.variant(target, affinity=affinity), asked)

    together(replace(ports, endpoint=Trial()), *[ask(person) for person in PEOPLE])
    assert asked == [1] * len(PEOPLE)


class _Counted:
    """A variant that is equal to no other, as those on trial are."""

    def __init__(self, within, asked: list[int]) -> None:
        self._within, self._asked = within, asked

    def __getattr__(self, name: str):
        return getattr(self._within, name)

    def predict(self, rows, as_of, *, with_reasons=True):
        self._asked.append(len(rows))
        return self._within.predict(rows, as_of, with_reasons=with_reasons)


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
