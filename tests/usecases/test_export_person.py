"""One person's everything, told to that person."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import polars as pl
import pytest

from page_reading import elements
from real_data import ibm_extract
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.opt_out import Channel, OptOutKind
from stayline.domain.person_export import PersonExport, Term
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.rights import (
    Erasure,
    LawfulBasis,
    NoticeGiven,
    RequestKind,
    RightsRequest,
)
from stayline.domain.score_request import ScoreOptions, ScoreRequest
from stayline.errors import UnknownEmployee
from stayline.ports.feature_store import FEATURES
from stayline.ports.governance_register import Entry
from stayline.reports.person_page import person_page
from stayline.usecases.correct_person import correct_person
from stayline.usecases.export_person import export_person
from stayline.usecases.score_employee import score_employee
from stayline.usecases.set_opt_out import set_opt_out

PERSON, OTHER = (str(number) for number in ibm_extract()["EmployeeNumber"].head(2))
HOSTILE = "</td><script>alert('x')</script>\u202e\x1b[2J & <img src=x onerror=alert(1)>"


@pytest.fixture
def token(ports: Ports) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), PERSON)


def export(ports: Ports, *tokens: EmployeeToken) -> PersonExport:
    return export_person(
        tokens, kept_for=[Term("captures", "180 days")], features=ports.features,
        protected=ports.protected, directory=ports.directory, imports=ports.imports,
        registry=ports.registry, capture=ports.capture, scores=ports.scores,
        answers=ports.answers, outcomes=ports.outcomes, decisions=ports.decisions,
        opt_outs=ports.opt_outs, register=ports.register, audit=ports.audit, clock=ports.clock,
        actor="privacy",
    )  # fmt: skip


def score(ports: Ports, person: str = PERSON, reasons: bool = True, **fields: object) -> float:
    (answer,) = score_employee(
        [ScoreRequest(person, fields)], endpoint=ports.endpoint, features=ports.features,
        scores=ports.scores, opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit,
        capture=ports.capture, clock=ports.clock, token_key=ports.secrets.token_key(), actor="lee",
        options=ScoreOptions(with_reasons=reasons),
    )  # fmt: skip
    return answer.risk


def opt_out(ports: Ports, token: EmployeeToken) -> None:
    set_opt_out(
        token, True, features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
        answers=ports.answers, outcomes=ports.outcomes, audit=ports.audit, clock=ports.clock,
        actor="hr",
    )  # fmt: skip


def test_every_score_is_explained_by_what_the_archived_model_says_of_its_inputs(ports, token):
    usual = score(ports)
    what_if = score(ports, OverTime="Yes", MonthlyIncome=1009.0)
    score(ports, OTHER)
    told = export(ports, token)
    assert [one.risk for one in told.scores] == pytest.approx([usual, what_if])
    kept, captured = told.scores
    assert (kept.source, captured.source) == ("kept score", "captured request")
    assert (kept.asked_by, captured.is_what_if) == ("lee", True)
    assert captured.inputs["MonthlyIncome"] == 1009.0
    assert any("Monthly income is 1009" in said for said in captured.in_words)
    assert f"{usual:.1%}" in kept.in_words[0]
    assert [one.version for one in told.models] == [1]


def test_reasons_that_do_not_give_the_same_figure_any_more_are_not_told(ports, token, home):
    score(ports, reasons=False)
    for archive in (home / "models").rglob("*"):
        if archive.is_file():
            archive.write_bytes(b"torn")
    (one,) = export(ports, token).scores
    assert "cannot be told" in one.in_words[-1]


def test_features_are_told_with_both_clocks_and_corrections(ports, token):
    correct_person(
        token, {"MonthlyIncome": "19999"}, reason="The slip says so.", features=ports.features,
        scores=ports.scores, audit=ports.audit, clock=ports.clock, actor="privacy",
    )  # fmt: skip
    told = export(ports, token)
    first, second = told.features
    assert first.event_time == second.event_time
    assert first.written_at < second.written_at
    assert second.values["MonthlyIncome"] == 19999.0
    assert told.identity[0].hr_id == PERSON
    assert told.protected[0].values["Gender"] in ("Female", "Male")
    assert all(set(fact.values) == {"label"} for fact in told.outcomes)
    assert told.sources[0].rows == len(ibm_extract())


def test_reading_protected_attributes_and_the_export_itself_are_on_record(ports, token):
    export(ports, token)
    read, exported = ports.audit.events(limit=2)
    assert (read.kind, read.subject) == (AuditEventKind.PROTECTED_READ, token)
    assert exported.kind is AuditEventKind.PERSON_EXPORTED
    assert exported.details["facts"] == 1
    assert ports.protected.reads()[-1][0].actor == "privacy"


def test_every_token_the_person_has_had_is_looked_up(ports, token):
    old, now = EmployeeToken("c" * 32), ports.clock.now()
    ports.decisions.add(
        Decision("d1", old, ActionKind.MENTORING, "Wanted to learn from others.", "lee", now)
    )
    told = export(ports, token, old)
    assert told.tokens == (token, old)
    assert [one.decision_id for one in told.decisions] == ["d1"]


def test_who_opted_out_gets_the_scores_of_before_explained_and_no_new_one(ports, token):
    usual = score(ports)
    opt_out(ports, token)
    before = len(list(ports.capture.read(datetime(1970, 1, 1, tzinfo=UTC), ports.clock.now())))
    told = export(ports, token)
    (one,) = told.scores
    assert (one.source, one.risk) == ("captured request", usual)
    assert len(one.in_words) > 3
    assert "as you asked" in told.standing
    assert ports.scores.find(token) is None
    after = list(ports.capture.read(datetime(1970, 1, 1, tzinfo=UTC), ports.clock.now()))
    assert len(after) == before


def test_who_was_erased_gets_what_had_to_stay(ports, token):
    now = ports.clock.now()
    score(ports)
    ports.features.erase(token)
    ports.directory.erase(token)
    ports.protected.erase(token)
    ports.scores.erase(token)
    ports.register.add([Entry("e1", Erasure(token, now, now), now, "privacy")])
    told = export(ports, token)
    assert (told.features, told.identity, told.protected) == ((), (), ())
    assert "erased on" in told.standing
    assert AuditEventKind.EMPLOYEE_SCORED in [event.kind for event in told.events]
    assert "were erased" in person_page(told)


def test_who_has_left_is_told_so(ports, token):
    class Left:
        def __getattr__(self, name):
            return getattr(ports.features, name)

        def has_left(self, asked, *, at):
            return asked == token

    assert "you have left" in export(replace(ports, features=Left()), token).standing


def test_nobody_is_told_of_a_person_whom_no_store_knows_also_when_asked_twice(ports):
    for _ in range(2):
        with pytest.raises(UnknownEmployee):
            export(ports, EmployeeToken("0" * 32))


def test_all_sections_are_filled_and_hostile_text_is_only_text(ports, token):
    now = ports.clock.now()
    score(ports, OverTime="Yes")
    row = ports.features.facts(FEATURES, [token]).drop("write_time")
    ports.features.put(FEATURES, row.with_columns(JobRole=pl.lit(HOSTILE)), written_at=now)
    ports.decisions.add(Decision("d", token, ActionKind.CAREER_PLAN, HOSTILE, HOSTILE, now))
    ports.opt_outs.opt_out(
        token, at=now, kind=OptOutKind.OBJECTION, channel=Channel.PAPER, reason=HOSTILE
    )
    request = RightsRequest(token, RequestKind.ACCESS, "EU", now.date(), now.date())
    ports.register.add([Entry("r", replace(request, outcome=HOSTILE), now, "privacy")])
    ports.register.add([Entry("n", NoticeGiven(token, HOSTILE, "de", now), now, "privacy")])
    basis = LawfulBasis("EU", (HOSTILE,), HOSTILE, now)
    ports.register.add([Entry("b", basis, now, "privacy")])
    told = export(ports, token)
    page = person_page(told)
    assert page.count("&lt;script&gt;") >= 7
    for element in elements(page):
        assert element.tag not in ("script", "img", "iframe", "link", "object", "form")
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element.attributes.get("href", "#").startswith("#")
    assert not re.search(r"https?://|@import|url\(", page)
    assert "\x1b" not in page
    decoded = msgspec.json.decode(msgspec.json.encode(told))
    assert decoded["decisions"][0]["reason"] == HOSTILE
    assert {"features", "scores", "requests", "kept_for", "recipients", "sources"} <= set(decoded)
    for heading in ("Your scores", "What people decided", "Who may do what", "180 days"):
        assert heading in page
