"""A window of answers, from the captured requests to the report, the figures and the record."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from deployed_home import deploy_again
from real_data import ibm_extract
from rotations import rotate
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.metric_points import MetricPoint
from stayline.domain.monitoring import Finding, Monitor, Watched, Window
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.retraining import verdict_on_drift
from stayline.domain.score_request import ScoreOptions, ScoreRequest
from stayline.domain.watch_points import NO_DATA_CHECK
from stayline.errors import NothingDeployed, UnknownModel, UnknownReport
from stayline.formats.data_constraints import Violations
from stayline.formats.data_statistics import Statistics
from stayline.formats.report_json import decode
from stayline.formats.watched_form import FILE, decode_watched
from stayline.modelling.watching.monitors import with_headcount
from stayline.modelling.watching.part import Part
from stayline.modelling.watching.shown import RARE
from stayline.settings import Settings
from stayline.usecases.delete_features import delete_features
from stayline.usecases.score_employee import score_employee
from stayline.usecases.set_opt_out import set_opt_out
from stayline.usecases.watch_window import (
    BY_HAND,
    PAGE,
    REPORT,
    watch_window,
    watched_windows,
    window_files,
)


@pytest.fixture
def home(watched_home, tmp_path) -> Path:
    return Path(shutil.copytree(watched_home, tmp_path / "home"))


PEOPLE = [str(number) for number in ibm_extract()["EmployeeNumber"]]
DAY = timedelta(days=1)


def today(ports: Ports) -> Window:
    start = ports.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, start + DAY)


def ask(ports: Ports, people: list[str] = PEOPLE, **fields: object) -> list[str]:
    """Score people without reasons, and return the event ids."""
    ids = []
    for start in range(0, len(people), 500):
        scored = score_employee(
            [ScoreRequest(hr_id, fields) for hr_id in people[start : start + 500]],
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            capture=ports.capture,
            clock=ports.clock,
            token_key=ports.secrets.token_key(),
            actor="ana",
            options=ScoreOptions(with_reasons=False),
        )
        ids += [score.prediction_id for score in scored]
    return ids


def watch(ports: Ports, window: Window | None = None, **changed: object) -> Watched:
    (watched,) = watch_all(ports, window, **changed)
    return watched


def watch_all(ports: Ports, window: Window | None = None, **changed: object) -> tuple[Watched, ...]:
    return watch_window(
        window or today(ports),
        actor="ana",
        **{
            "sampling_percent": 100,
            "capture": ports.capture,
            "features": ports.features,
            "registry": ports.registry,
            "opt_outs": ports.opt_outs,
            "answers": ports.answers,
            "outcomes": ports.outcomes,
            "decisions": ports.decisions,
            "protected": ports.protected,
            "reports": ports.reports,
            "metrics": ports.metrics,
            "alarms": ports.alarms,
            "audit": ports.audit,
            "clock": ports.clock,
            **changed,
        },
    )


def failed(watched: Watched) -> list[Finding]:
    return [finding for finding in watched.findings if finding.verdict is Verdict.FAIL]


def test_the_training_people_themselves_are_no_drift(ports):
    ask(ports)
    watched = watch(ports)
    assert watched.intake.rows == len(PEOPLE)
    assert not [f for f in failed(watched) if f.monitor is Monitor.DATA]
    assert {f.monitor for f in watched.findings} == set(Monitor)
    judged = {f.monitor for f in watched.findings if f.verdict is Verdict.PASS}
    assert judged >= {Monitor.DATA, Monitor.QUALITY, Monitor.BIAS, Monitor.ATTRIBUTION}


def test_an_input_that_moved_is_found_and_named(ports):
    ask(ports, OverTime="Yes", MonthlyIncome=19_000)
    found = {(f.monitor, f.subject) for f in failed(watch(ports))}
    assert found >= {(Monitor.DATA, "MonthlyIncome"), (Monitor.DATA, "OverTime")}


def test_what_was_found_goes_to_the_shelf_the_figures_the_audit_and_the_answer_book(ports):
    ids = ask(ports)
    watched = watch(ports)
    window = today(ports)
    files = window_files(ports.reports)
    assert set(files) >= {PAGE, FILE, "statistics.json", "constraints.json"}
    assert set(files) >= {"constraint_violations.json", "explainability_analysis.json"}
    assert decode_watched(files[FILE]) == watched
    (rows,) = ports.metrics.points("watch_rows", since=window.end)
    assert rows.value == len(PEOPLE)
    kinds = {event.kind for event in ports.audit.events(limit=3)}
    assert kinds >= {AuditEventKind.WINDOW_WATCHED, AuditEventKind.PROTECTED_READ}
    book = ports.answers.between(window.start, window.end, model_version=1)
    assert set(book["event_id"]) == set(ids)


def test_looking_again_replaces_what_was_found(ports):
    ask(ports, PEOPLE[:200])
    first = watch(ports)
    ask(ports, PEOPLE[200:400])
    second = watch(ports)
    assert (first.intake.rows, second.intake.rows) == (200, 400)
    assert watched_windows(ports.reports) == [second]
    (rows,) = ports.metrics.points("watch_rows", since=today(ports).end)
    assert rows.value == 400


def test_who_is_erased_or_opts_out_is_in_no_window_and_no_answer_book_again(ports):
    ask(ports, PEOPLE[:40])
    assert watch(ports).intake.rows == 40
    erased, shy = (pseudonym(ports.secrets.token_key(), who) for who in PEOPLE[:2])
    who = {"features": ports.features, "scores": ports.scores, "outcomes": ports.outcomes}
    who |= {"answers": ports.answers, "audit": ports.audit, "clock": ports.clock, "actor": "ana"}
    delete_features(erased, event_time=ports.clock.now(), directory=ports.directory, **who)
    set_opt_out(shy, True, opt_outs=ports.opt_outs, **who)
    window = today(ports)

    def book() -> set[str]:
        kept = ports.answers.between(window.start, window.end, model_version=1)
        return set(kept["token"])

    assert len(book()) == 38
    again = watch(ports)
    assert (again.intake.rows, again.intake.faults["erased or opted out"]) == (38, 2)
    assert len(book()) == 38
    assert not book() & {erased, shy}


def test_answers_of_before_a_rotation_of_the_token_key_are_of_the_same_people(ports):
    ask(ports, PEOPLE[:40])
    assert watch(ports).intake.rows == 40
    rotate(ports)
    ask(ports, PEOPLE[:40])
    again = watch(ports)
    assert (again.intake.rows, again.intake.faults.get("erased or opted out", 0)) == (80, 0)
    window = today(ports)
    kept = ports.answers.between(window.start, window.end, model_version=1)
    new = {pseudonym(ports.secrets.token_key(), who) for who in PEOPLE[:40]}
    assert (kept.height, set(kept["token"])) == (80, new)


def test_a_window_of_nobody_but_the_erased_says_so(ports):
    ask(ports, PEOPLE[:1])
    token = pseudonym(ports.secrets.token_key(), PEOPLE[0])
    delete_features(
        token, event_time=ports.clock.now(), features=ports.features,
        directory=ports.directory, scores=ports.scores,
        outcomes=ports.outcomes, answers=ports.answers, audit=ports.audit, clock=ports.clock,
        actor="ana",
    )  # fmt: skip
    (finding,) = failed(watch(ports))
    assert "erased" in finding.reason


def test_opting_out_takes_what_became_known_of_a_person(ports):
    ask(ports, PEOPLE[:2])
    watch(ports)
    first, second = (pseudonym(ports.secrets.token_key(), who) for who in PEOPLE[:2])
    now = ports.clock.now()
    ports.outcomes.add([PersonOutcome(token, now.date(), now) for token in (first, second)])
    set_opt_out(
        first, True, features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
        answers=ports.answers, outcomes=ports.outcomes, audit=ports.audit, clock=ports.clock,
        actor="ana",
    )  # fmt: skip
    assert [one.token for one in ports.outcomes.of_people(now)] == [second]
    window = today(ports)
    kept = ports.answers.between(window.start, window.end, model_version=1)
    assert kept["token"].to_list() == [second]


@pytest.mark.parametrize(
    ("requests", "sampling", "cause"),
    [(None, 100, "no request"), (0, 100, "no request"), (7, 50, "keeps none"), (7, 100, "nothing")],
)
def test_a_window_without_answers_says_why(ports, requests, sampling, cause):
    window = today(ports)
    if requests is not None:
        ports.metrics.put([MetricPoint("Invocations", window.start, requests)])
    watched = watch(ports, window, sampling_percent=sampling)
    (finding,) = failed(watched)
    assert finding.check == NO_DATA_CHECK
    assert cause in finding.reason
    assert PAGE in ports.reports.get(REPORT, window.end)
    told = ports.metrics.points("watch_violations", since=window.end)
    assert Monitor.DATA not in {point.dimensions["Monitor"] for point in told}
    (rows,) = ports.metrics.points("watch_rows", since=window.end)
    assert (rows.value, rows.dimensions["Cause"]) == (0, finding.subject)


def test_quality_is_estimated_at_once_and_measured_when_the_outcomes_come(ports):
    ids = ask(ports)
    before = watch(ports)
    quality = [f for f in before.findings if f.monitor is Monitor.QUALITY]
    assert any("estimated" in f.subject and f.metric == "auc" for f in quality)
    assert not any(f.subject == "with labels" for f in quality)
    left = dict(zip(PEOPLE, ibm_extract()["Attrition"] == "Yes", strict=True))
    now = ports.clock.now()
    ports.outcomes.add(
        [EventOutcome(one, left[who], now) for one, who in zip(ids, PEOPLE, strict=True)]
    )
    after = watch(ports)
    told = [f for f in after.findings if f.subject == "with labels"]
    measured = {f.metric: f for f in told if f.check != "estimate_check"}
    assert measured["auc"].value > 0.7
    assert measured["auc"].low < measured["auc"].value < measured["auc"].high
    assert {f.metric for f in told if f.check == "estimate_check"} >= {"auc", "recall"}


def test_only_the_answers_of_one_version_are_looked_at(ports):
    with pytest.raises(UnknownModel):
        watch(ports, version=9)


def test_each_version_that_answered_is_looked_at_and_keeps_its_answers(ports):
    ask(ports, PEOPLE[:300])
    assert deploy_again(ports) == 2
    ask(ports, PEOPLE[:200])
    watched = watch_all(ports)
    assert [(one.model_version, one.intake.rows) for one in watched] == [(2, 200), (1, 300)]
    assert watched_windows(ports.reports) == list(watched)
    files = window_files(ports.reports)
    assert decode_watched(files[FILE]) == watched[0]
    assert decode_watched(files[f"version-1-{FILE}"]) == watched[1]
    assert f"version-1-{PAGE}" in files
    window = today(ports)
    for version, rows in ((1, 300), (2, 200)):
        kept = ports.answers.between(window.start, window.end, model_version=version)
        assert kept.height == rows
    points = ports.metrics.points("watch_rows", since=window.end)
    assert {(one.dimensions["ModelVersion"], one.value) for one in points} == {
        ("1", 300), ("2", 200),
    }  # fmt: skip
    assert [one.model_version for one in watch_all(ports, version=1)] == [1]


def test_a_version_deployed_after_the_window_is_not_held_against_it(ports):
    ask(ports, PEOPLE[:200])
    deploy_again(ports)
    watched = watch(ports)
    assert (watched.model_version, watched.intake.rows) == (1, 200)
    assert NO_DATA_CHECK not in {finding.check for finding in watched.findings}
    (rows,) = ports.metrics.points("watch_rows", since=today(ports).end)
    assert rows.value == 200


def test_a_window_chosen_by_hand_replaces_nothing_of_the_job_and_rings_no_alarm(ports):
    ask(ports, PEOPLE[:200])
    window = today(ports)
    days = watch(ports, window)
    figures = ports.metrics.points("watch_rows", since=window.start)
    week = Window(window.end - 7 * DAY, window.end)
    chosen = watch(ports, week, report=BY_HAND)
    assert watched_windows(ports.reports) == [days]
    assert watched_windows(ports.reports, name=BY_HAND) == [chosen]
    assert decode_watched(window_files(ports.reports)[FILE]) == days
    assert decode_watched(window_files(ports.reports, name=BY_HAND)[FILE]) == chosen
    assert ports.metrics.points("watch_rows", since=window.start) == figures


def test_a_window_of_few_people_keeps_nothing_of_their_inputs(ports):
    ask(ports, PEOPLE[:29], MonthlyIncome=19_000)
    watched = watch(ports)
    data = [f for f in watched.findings if f.monitor is Monitor.DATA]
    assert [(f.verdict, f.n) for f in data] == [(Verdict.INSUFFICIENT, 29)]
    files = window_files(ports.reports)
    kept = {"statistics.json", "constraints.json", "constraint_violations.json"}
    assert not kept & set(files)
    assert b"MonthlyIncome" not in files[FILE] + files[PAGE]
    ask(ports, PEOPLE[29:30])
    assert watch(ports).intake.rows == 30
    assert set(window_files(ports.reports)) >= kept


def test_what_is_written_names_no_word_of_fewer_than_five_people(ports):
    ask(ports, PEOPLE[:200])
    ask(ports, PEOPLE[:1], MonthlyIncome=19_998)
    watch(ports)
    statistics = decode(window_files(ports.reports)["statistics.json"], Statistics, "statistics")
    assert statistics.dataset.item_count == 200
    (pay,) = [f for f in statistics.features if f.name == "MonthlyIncome"]
    assert pay.numerical_statistics.max < 19_998
    counts = [f.string_statistics.counts for f in statistics.features if f.string_statistics]
    assert all(n >= 5 for some in counts for word, n in some.items() if word != RARE)


def test_requests_without_a_column_are_a_fault_of_the_data_and_no_drift(ports):
    ask(ports, PEOPLE)
    window = today(ports)
    found = []
    for record in ports.capture.read(window.start, window.end):
        request = msgspec.json.decode(record.request)
        del request["MonthlyIncome"]
        changed = msgspec.json.encode(request | {"Bonus": 1}).decode()
        found.append(replace(record, request=changed, inferred_at=record.inferred_at - DAY))
    ports.capture.append(found)
    watched = watch(ports, Window(window.start - DAY, window.start))
    told = {(f.check, f.subject) for f in failed(watched) if f.monitor is Monitor.DATA}
    assert told == {("missing_column_check", "MonthlyIncome"), ("extra_column_check", "Bonus")}
    assert verdict_on_drift(watched) is not Verdict.FAIL
    files = window_files(ports.reports)
    violations = decode(files["constraint_violations.json"], Violations, "violations").violations
    assert {(v.constraint_check_type, v.feature_name) for v in violations} == told


def test_nothing_is_watched_where_nothing_is_deployed(tmp_path):
    empty = build(Settings(home=tmp_path / "empty"))
    with pytest.raises(NothingDeployed):
        watch(empty, today(empty))
    with pytest.raises(UnknownReport):
        window_files(empty.reports)


MONTHS = [datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 10)]
STEADY = dict.fromkeys(MONTHS, 1000)
LAST = Window(MONTHS[-1], MONTHS[-1] + DAY)


def headcount(counts: dict[datetime, int], window: Window = LAST) -> tuple[Finding, ...]:
    return with_headcount(Part(()), counts, window).findings


def test_a_workforce_that_shrinks_at_once_is_told():
    (same,) = headcount(STEADY)
    assert same.verdict is Verdict.PASS
    (fewer,) = headcount({**STEADY, LAST.start: 900})
    assert (fewer.verdict, fewer.check) == (Verdict.FAIL, "row_count_check")
    assert headcount({LAST.start: 1000}) == ()


def test_single_corrections_say_nothing_of_the_workforce_however_many_there_are():
    corrections = {month + hours * DAY / 24: 1 for month in MONTHS for hours in range(1, 9)}
    (same,) = headcount({**STEADY, **corrections})
    assert (same.verdict, same.n) == (Verdict.PASS, 1000)
    (fewer,) = headcount({**STEADY, **corrections, LAST.start: 900})
    assert fewer.verdict is Verdict.FAIL


def test_a_snapshot_is_judged_in_its_own_window_and_not_again_each_day_after():
    fewer = {**STEADY, LAST.start: 900}
    assert headcount(fewer, Window(LAST.end, LAST.end + DAY)) == ()
    corrected = {**fewer, LAST.end + DAY / 2: 3}
    assert headcount(corrected, Window(LAST.end, LAST.end + DAY)) == ()
    assert headcount(fewer, Window(LAST.start - DAY, LAST.start)) == ()
