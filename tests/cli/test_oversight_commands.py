"""``stayline oversight`` and ``stayline pilot`` on a deployed home."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from command_runs import here
from page_reading import check_page, visible_text
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.register.oversight import HrEvent, OverseerTraining, OversightReview
from stayline.ports.governance_register import Entry
from stayline.settings import Settings
from stayline.usecases.find_events_after_views import find_events_after_views

PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"].head(40)]
REASON = ("--reason", "As agreed with the council.")


@pytest.fixture
def run(home):
    def command(*words):
        ended = here(*words, "--home", home)
        assert (ended.code, ended.err) == (0, "")
        return ended

    return command


@pytest.fixture
def told(run):
    return lambda *words: run(*words, "--json").json


def tokens(ports):
    return [pseudonym(ports.secrets.token_key(), person) for person in PEOPLE]


def decide(ports, count, action, *, by="lee", minutes_apart=60.0):
    now = ports.clock.now()
    for place, token in enumerate(tokens(ports)[:count]):
        at = now - timedelta(minutes=minutes_apart * (place + 1))
        ports.decisions.add(
            Decision(
                f"{by}-{action}-{place}", token, action, "Asked for fewer night shifts.", by, at,
                viewed_at=at - timedelta(minutes=1), seen_band="high",
            )
        )  # fmt: skip


def viewed(token, at, band="high", by="lee"):
    details = {"shown_score": True, "shown_reasons": True, "band": band}
    return AuditEvent(AuditEventKind.EMPLOYEE_VIEWED, by, token, at, details)


def test_who_never_overrides_is_reviewed_once_and_the_review_is_closed(run, told, ports, home):
    decide(ports, 25, ActionKind.MENTORING)
    decide(ports, 3, ActionKind.NO_ACTION, by="bo")
    first = told("oversight", "rates", "--by", "ana")
    by_name = {rate["decided_by"]: rate for rate in first["rates"]}
    assert by_name["lee"]["overrides"]["value"] == 0
    assert by_name["lee"]["overrides"]["n"] == 25
    assert 0.1 < by_name["lee"]["overrides"]["high"] < 0.2
    assert (by_name["bo"]["no_action"]["value"], by_name["bo"]["is_extreme"]) == (1, False)
    (opened,) = first["opened"]
    assert told("oversight", "rates")["opened"] == []
    assert "0% (0% to 13%)" in run("oversight", "rates").out
    assert "0 of 25 high scores" in run("oversight", "reviews").out
    run("oversight", "close", opened["entry_id"], "--outcome", "Talked; looks from now on.")
    (review,) = ports.register.entries(OversightReview)
    assert review.record.outcome == "Talked; looks from now on."
    again = here(
        "oversight", "close", opened["entry_id"], "--outcome", "Once more.",
        "--home", home,
    )  # fmt: skip
    assert (again.code, "no open review" in again.err) == (1, True)


def test_decisions_in_bulk_are_listed_whole(run, told, ports):
    assert "Nobody decided in bulk." in run("oversight", "bulk").out
    decide(ports, 12, ActionKind.NO_ACTION, minutes_apart=0.1)
    (bulk,) = told("oversight", "bulk")["bulks"]
    assert (bulk["decided_by"], bulk["decisions"], bulk["people"]) == ("lee", 12, 12)
    assert bulk["same_action"] == "no_action"
    assert "no_action" in run("oversight", "bulk").out


def test_what_hr_did_after_a_view_of_a_high_score_is_listed(run, told, ports):
    now = ports.clock.now()
    ana, bo, cem, dee = tokens(ports)[:4]
    day = timedelta(days=1)
    for event in (
        viewed(ana, now - 40 * day), viewed(ana, now - 20 * day), viewed(bo, now - 120 * day),
        viewed(cem, now - 5 * day, band="low"), viewed(dee, now - day),
    ):  # fmt: skip
        ports.audit.append(event)
    happened = {ana: now - 10 * day, bo: now - 10 * day, cem: now - day, dee: now - 2 * day}
    ports.register.add(
        [Entry(token, HrEvent(token, "dismissal", at), now, "hr") for token, at in happened.items()]
    )
    assert "followed a view" not in run("oversight", "after-views").out
    (found,) = told("oversight", "after-views")["events"]
    assert (found["subject"], found["event"], found["days"]) == (ana, "dismissal", 10)
    longer = replace(OversightPolicy(), hr_event_days=200)
    every = find_events_after_views(policy=longer, register=ports.register, audit=ports.audit)
    assert [one.subject for one in every] == [ana, bo]


def test_training_goes_on_record_with_its_days(run, ports, home):
    run("oversight", "train", "lee", "--course", "Reading scores", "--until", "2099-01-01")
    (entry,) = ports.register.entries(OverseerTraining, subject="lee")
    assert entry.record.is_valid_at(ports.clock.now())
    refused = here(
        "oversight", "train", "lee", "--course", "x", "--until", "2001-01-01", "--home", home
    )
    assert (refused.code, "before it begins" in refused.err) == (1, True)


def test_a_pilot_is_set_shown_reported_and_ended(run, told, ports, home, tmp_path):
    assert here("pilot", "report", "--home", home).code == 1
    where = ("--where", "Department=Sales", "--where", "Department=Research & Development")
    found = told("pilot", "set", *where, *REASON, "--until", "2099-01-01")
    assert (found["people"], found["of"]) == (1407, 1470)
    assert "Department is Sales or Research & Development" in run("pilot", "show").out
    assert "opted out, 0 no longer employed. Outside the pilot: 63." in run("score").out
    now = ports.clock.now()
    for place, token in enumerate(tokens(ports)[:6]):
        ports.audit.append(viewed(token, now, by=f"manager-{place % 2}"))
        ports.decisions.add(
            Decision(
                f"d-{place}", token, ActionKind.MENTORING if place else ActionKind.NO_ACTION,
                "Asked for fewer night shifts.", "manager-0", now, seen_band="high",
            )
        )  # fmt: skip
    ports.opt_outs.opt_out(tokens(ports)[0], at=now)
    out = tmp_path / "pilot" / "page.html"
    report = told("pilot", "report", "--out", out)
    assert report["coverage"]["in_scope"] == 1407
    assert (report["coverage"]["opted_out"], report["views"], report["viewers"]) == (1, 6, 2)
    assert report["coverage"]["viewed"] == sum(
        1 for token in tokens(ports)[:6]
        if ports.features.get(token).values["Department"] != "Human Resources"
    )  # fmt: skip
    assert report["decisions"] == {"mentoring": 5, "no_action": 1}
    assert (report["overall"]["overrides"]["count"], report["overall"]["overrides"]["n"]) == (1, 6)
    assert sum(week["views"] for week in report["weeks"]) == 6
    page = out.read_text("utf-8")
    check_page(page)
    text = visible_text(page)
    assert "People outside are neither scored nor shown" in text
    assert "No answer of that time is kept" in text
    assert not any(token in page or token in json.dumps(report) for token in tokens(ports))
    assert "opted out 1" in run("pilot", "report", "--out", out).out
    run("pilot", "end", *REASON)
    assert "Scored: everybody." in run("pilot", "show").out
    assert told("pilot", "report", "--out", out)["coverage"]["in_scope"] == 1407
    assert here("pilot", "end", *REASON, "--home", home).code == 1


def test_a_scope_by_a_protected_attribute_is_refused(home):
    refused = here("pilot", "set", "--where", "Gender=Female", *REASON, "--home", home)
    assert (refused.code, "protected attribute" in refused.err) == (1, True)
    assert build(Settings(home=home)).control.history() == []
