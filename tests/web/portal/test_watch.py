"""Watch: what the pages show, to whom, and what becomes of a note."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import polars as pl
import pytest
from litestar import Litestar

from busy_watch import NOTE, fill_watch, ring, run_pipeline
from import_runs import Home, panel
from portal_visits import Visitor, visitor
from signed_in_home import imported
from stayline.domain.alarms import AlarmState
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings
from stayline.web.app import create_app

HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>\u202e{{7*7}}"
ALARM = "/portal/watch/alarms/one"
PLACES = ("", "/alarms", "/figures", "/serving", "/jobs", "/executions", "/imports")


@dataclass
class Busy:
    """A home where much was watched, and the application on it."""

    home: Home
    app: Litestar
    execution: str


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Busy:
    folder = tmp_path_factory.mktemp("busy")
    home = imported(folder)
    bad = panel(40, 2).with_columns(Pay=pl.Series(["a secret"] * 3 + ["1"] * 77))
    bad.write_csv(folder / "bad.csv")
    assert home.take(folder / "bad.csv").rejected == 3
    fill_watch(home.ports, alarms=60, text=HOSTILE)
    execution = run_pipeline(home.ports, text=HOSTILE)
    app = create_app(home.ports, Settings(home=home.folder), environment={})
    return Busy(home, app, execution)


@pytest.fixture(scope="module")
def visit(busy: Busy) -> Iterator[Visitor]:
    with visitor(busy.app) as visit:
        visit.sign_in("analyst")
        yield visit


@pytest.fixture
def fresh(tmp_path) -> Iterator[tuple[Home, Visitor]]:
    """A home where nothing has happened yet but an alarm that rings, and an analyst."""
    home = Home(tmp_path / "home")
    since = home.clock.instant - timedelta(hours=1)
    ring(home.ports, "latency-high", AlarmState.ALARM, since, "it is slow")
    app = create_app(home.ports, Settings(home=home.folder), environment={})
    with visitor(app) as visit:
        visit.sign_in("analyst", name="ana")
        yield home, visit


def words(text: str) -> str:
    """Return what a page says, without its marks."""
    plain = re.sub(r"<[^>]*>", " ", text.partition("<main")[2])
    return " ".join(unescape(plain).split())


def test_the_overview_tells_what_rings_what_was_missed_and_what_monitors_saw(
    visit: Visitor,
) -> None:
    said = words(visit.get("/portal/watch").text)
    assert "Alarms that ring 22" in said
    assert "21 without a note" in said
    assert "latency-high" in said
    assert "nightly-scores , since" in said
    assert "Something changed. Version 3" in said
    assert "No model is deployed" in said or "no model is deployed" in said


def test_alarms_are_listed_by_stage_and_in_pages(visit: Visitor) -> None:
    everything = visit.get("/portal/watch/alarms").text
    assert "62 alarms, those without a note first" in everything
    assert everything.index("latency-high") < everything.index("job-2")
    assert "1 of 3" in words(everything)
    assert "3 of 3" in words(visit.get("/portal/watch/alarms", number="3").text)
    noted = visit.get("/portal/watch/alarms", stage="acknowledged").text
    assert "1 alarm," in noted
    assert "data-drift" in noted
    assert "latency-high" not in noted
    assert "62 alarms" in visit.get("/portal/watch/alarms", stage="no such").text


def test_an_alarm_tells_its_rule_its_section_of_the_runbook_and_its_notes(
    visit: Visitor,
) -> None:
    said = words(visit.get(ALARM, alarm="data-drift").text)
    assert "docs/runbook.md#the-data-has-drifted" in said
    assert "It rings when Maximum of watch_violations" in said
    assert f"ben {NOTE}" in said
    assert "not enough to say rings" in said


def test_an_analyst_takes_note_and_the_alarm_moves(fresh: tuple[Home, Visitor]) -> None:
    home, visit = fresh
    visit.get(ALARM, alarm="latency-high")
    done = visit.post(ALARM, alarm="latency-high", note="  The disk is\nbeing replaced today.  ")
    assert "Your note is kept" in done.text
    assert "ana The disk is being replaced today." in words(done.text)
    assert "latency-high" in visit.get("/portal/watch/alarms", stage="acknowledged").text
    assert "latency-high" not in visit.get("/portal/watch/alarms", stage="open").text
    kinds = [event.kind for event in home.ports.audit.events()]
    assert kinds.count(AuditEventKind.ALARM_ACKNOWLEDGED) == 1


def test_no_address_says_that_a_note_is_kept(fresh: tuple[Home, Visitor]) -> None:
    _, visit = fresh
    visit.get(ALARM, alarm="latency-high")
    note = "The disk is being replaced today."
    answer = visit.post(ALARM, follow=False, alarm="latency-high", note=note)
    told = answer.headers["location"]
    assert "Your note is kept" in visit.get(told).text
    elsewhere = told.replace("latency-high", "data-drift")
    assert "Your note is kept" not in visit.get(elsewhere).text
    assert "Your note is kept" not in visit.get(ALARM, alarm="latency-high", noted="1").text


def test_a_note_that_is_sent_twice_is_kept_once(fresh: tuple[Home, Visitor]) -> None:
    home, visit = fresh
    visit.get(ALARM, alarm="latency-high")
    for _ in range(2):
        visit.post(ALARM, alarm="latency-high", note="The disk is being replaced today.")
    assert len(home.ports.alarms.acknowledgements()) == 1
    kinds = [event.kind for event in home.ports.audit.events()]
    assert kinds.count(AuditEventKind.ALARM_ACKNOWLEDGED) == 1


def test_a_note_that_is_too_short_is_refused_in_words_and_not_lost(
    fresh: tuple[Home, Visitor],
) -> None:
    home, visit = fresh
    visit.get(ALARM, alarm="latency-high")
    refused = visit.post(ALARM, alarm="latency-high", note="on it")
    assert refused.status_code == 422
    assert "the note has 5 characters" in words(refused.text)
    assert ">on it</textarea>" in refused.text
    assert home.ports.alarms.acknowledgements() == []


def test_a_note_on_an_alarm_that_has_cleared_meanwhile_is_shown_again(
    fresh: tuple[Home, Visitor],
) -> None:
    home, visit = fresh
    visit.get(ALARM, alarm="latency-high")
    ring(home.ports, "latency-high", AlarmState.OK, home.clock.instant, "it is fast")
    refused = visit.post(ALARM, alarm="latency-high", note="The disk is being replaced today.")
    assert refused.status_code == 422
    assert "You wrote: The disk is being replaced today." in words(refused.text)


def test_no_note_is_taken_without_the_key_of_the_session(fresh: tuple[Home, Visitor]) -> None:
    home, visit = fresh
    refused = visit.post(ALARM, form_key="", alarm="latency-high", note="x" * 30)
    assert refused.status_code == 403
    assert home.ports.alarms.acknowledgements() == []


def test_an_auditor_sees_an_alarm_and_cannot_take_note_of_it(
    fresh: tuple[Home, Visitor],
) -> None:
    home, visit = fresh
    visit.sign_in("auditor", name="bo")
    assert "Take note" not in visit.get(ALARM, alarm="latency-high").text
    assert visit.post(ALARM, alarm="latency-high", note="x" * 30).status_code == 403
    refusals = [event for event in home.ports.audit.events() if event.kind == "access.refused"]
    assert [one.details["operation"] for one in refusals] == ["acknowledge_alarm"]
    assert home.ports.alarms.acknowledgements() == []


def test_where_nothing_has_happened_yet_every_page_says_what_to_do(
    fresh: tuple[Home, Visitor],
) -> None:
    _, visit = fresh
    for place, told in (
        ("", "No window was looked at yet"),
        ("/figures", "No window was looked at yet"),
        ("/serving", "No figure was sampled"),
        ("/jobs", "never"),
        ("/jobs/retrain", "It has never run"),
        ("/executions", "No pipeline has run yet"),
        ("/imports", "Nothing was imported yet"),
    ):
        answer = visit.get(f"/portal/watch{place}")
        assert answer.status_code == 200, place
        assert told in words(answer.text)


def test_rules_that_cannot_be_read_are_told_and_hide_no_alarm(
    fresh: tuple[Home, Visitor],
) -> None:
    home, visit = fresh
    (home.folder / "alarms.toml").write_text("[latency-high]\nthreshold = 'high'\n")
    for place in ("", "/alarms", "/alarms/one?alarm=latency-high"):
        said = words(visit.get(f"/portal/watch{place}").text)
        assert "No alarm is evaluated" in said
        assert "latency-high" in said


def test_figures_have_pictures_with_the_table_behind_them(visit: Visitor) -> None:
    text = visit.get("/portal/watch/figures").text
    said = words(text)
    for name in ("Answers looked at", "Share of features that changed", "ROC AUC, estimated"):
        assert name in said
    assert text.count("<svg") == 4
    assert text.count('class="beyond"') > 10
    assert "Monthly income PSI" in said
    only = visit.get("/portal/watch/figures", verdict="fail", monitor="DataQuality").text
    assert only.count('<th scope="row"><a') == 3


def test_one_figure_is_drawn_over_its_windows_with_its_threshold(visit: Visitor) -> None:
    asked = {"check": "baseline_drift_check", "subject": "MonthlyIncome", "metric": "psi"}
    text = visit.get("/portal/watch/figures/one", monitor="DataQuality", **asked).text
    assert "since" in words(text)
    assert text.count('class="beyond"') == 12
    assert 'class="limit"' in text
    short = visit.get("/portal/watch/figures/one", monitor="DataQuality", windows="30", **asked)
    assert "30 readings from" in short.text
    missing = visit.get("/portal/watch/figures/one", monitor="x", check="y")
    assert missing.status_code == 404


def test_serving_is_thinned_without_losing_a_peak(visit: Visitor) -> None:
    text = visit.get("/portal/watch/serving", figure="EndToEndLatency_p95").text
    said = words(text)
    assert "1,440 readings. Bars go from the least to the most" in said
    assert text.count('class="beyond"') == 2
    assert "latency-high goes by it" in said
    assert "No figure was sampled" in visit.get("/portal/watch/serving", figure="nothing").text


def test_a_failed_job_says_what_it_said_and_what_to_do(visit: Visitor) -> None:
    assert "failed" in words(visit.get("/portal/watch/jobs").text)
    said = words(visit.get("/portal/watch/jobs/nightly-scores").text)
    assert "Missed since" in said
    assert "The model cannot be loaded." in said
    assert "stayline jobs run nightly-scores" in said
    assert "#a-job-was-missed" in said
    assert visit.get("/portal/watch/jobs/nothing").status_code == 404


def test_an_execution_shows_its_graph_in_words_and_why_it_failed(
    busy: Busy, visit: Visitor
) -> None:
    text = visit.get(f"/portal/watch/executions/{busy.execution}").text
    said = words(text)
    assert "It was to fail." in said
    assert "<svg" in text
    assert "<style" not in text
    assert "prepare Processing ✓ Succeeded" in said
    assert busy.execution in visit.get("/portal/watch/executions").text
    assert visit.get("/portal/watch/executions/nothing").status_code == 404


def test_a_log_is_paged_and_its_end_comes_first(busy: Busy, visit: Visitor) -> None:
    log = f"/portal/watch/executions/{busy.execution}/log"
    last = visit.get(log, step="prepare").text
    assert "Lines 401 to 450 of 450" in words(last)
    assert "line 449" in last
    first = visit.get(log, step="prepare", number="1").text
    assert "line 199" in first
    assert "line 200" not in first
    assert visit.get(log, step="nothing").status_code == 404


def test_an_import_tells_counts_by_column_and_no_value(visit: Visitor) -> None:
    assert "rows were rejected" in words(visit.get("/portal/watch/imports").text)
    answer = visit.get("/portal/watch/imports/2")
    said = words(answer.text)
    assert "error 3 rows were rejected" in said
    assert "Pay 3" in said
    assert "a secret" not in answer.text
    assert "Every row was taken" in visit.get("/portal/watch/imports/1").text
    assert visit.get("/portal/watch/imports/3").status_code == 404


@pytest.mark.parametrize("query", ["number=x", "number=1.5", "number=" + "9" * 400])
def test_a_wrong_page_number_is_told_in_words(visit: Visitor, query: str) -> None:
    answer = visit.client.get(f"/portal/watch/alarms?{query}")
    assert answer.status_code == 404
    assert "The list has no page" in words(answer.text)


def test_what_anybody_wrote_is_shown_as_text_on_every_page(busy: Busy, visit: Visitor) -> None:
    addresses = {f"/portal/watch{place}" for place in PLACES}
    for place in PLACES:
        text = visit.get(f"/portal/watch{place}").text
        addresses |= set(map(unescape, re.findall(r'href="(/portal/watch/[^"]+)"', text)))
    shown = 0
    for address in sorted(addresses):
        answer = visit.client.get(address)
        assert answer.status_code == 200, address
        assert "<script" not in answer.text
        assert "<img src=x" not in answer.text
        shown += "&lt;script&gt;" in answer.text or "&lt;img src=x" in answer.text
    assert len(addresses) > 60
    assert shown > 20
