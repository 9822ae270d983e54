"""What a watched home says of its data and its groups, by its own records."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from stayline.bootstrap import Ports, build
from stayline.domain.compliance.areas.data import DataParameters
from stayline.domain.compliance.bias_tables import BiasTablePolicy
from stayline.domain.compliance.verdicts import Window
from stayline.domain.monitoring import Window as MonitoredWindow
from stayline.domain.pipeline_execution import Execution, ExecutionStatus
from stayline.domain.score_request import ScoreRequest
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME
from stayline.settings import Settings
from stayline.usecases.check_compliance.data import DataPorts, gather_data
from stayline.usecases.check_compliance.facts import facts_of_rows
from stayline.usecases.check_compliance.fairness import FairnessPorts, gather_fairness
from stayline.usecases.score_employee import score_employee
from stayline.usecases.watch_window import watch_window

DAY = timedelta(days=1)
PEOPLE = 300


@pytest.fixture(scope="module")
def watched(watched_home, tmp_path_factory) -> Path:
    """A home of which 300 people were scored and the day was watched."""
    home = Path(shutil.copytree(watched_home, tmp_path_factory.mktemp("watched") / "home"))
    ports = build(Settings(home=home))
    tokens = ports.features.newest().get_column(TOKEN).to_list()[:PEOPLE]
    score_employee(
        [ScoreRequest(ports.directory.find(token).hr_id) for token in tokens],
        endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, capture=ports.capture,
        clock=ports.clock, token_key=ports.secrets.token_key(), actor="ana",
    )  # fmt: skip
    ports.capture.flush()
    window = _window(ports)
    watch_window(
        MonitoredWindow(window.since, window.until), actor="ana", sampling_percent=100,
        capture=ports.capture, features=ports.features,
        registry=ports.registry, opt_outs=ports.opt_outs, answers=ports.answers,
        outcomes=ports.outcomes, decisions=ports.decisions, protected=ports.protected,
        reports=ports.reports, metrics=ports.metrics, alarms=ports.alarms, audit=ports.audit,
        clock=ports.clock,
    )  # fmt: skip
    ports.audit.close()  # its journal joins the chain: copies of the home find files that stay
    return home


@pytest.fixture
def ports(watched, tmp_path) -> Ports:
    return build(Settings(home=Path(shutil.copytree(watched, tmp_path / "home"))))


def _window(ports: Ports) -> Window:
    start = ports.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, start + DAY)


def gathered(ports: Ports):
    return gather_data(
        _window(ports),
        DataPorts(
            ports.capture, ports.features, ports.imports, ports.scores, ports.runner,
            ports.registry, ports.reports, ports.register, ports.clock,
        ),
        DataParameters(sample=50),
    )  # fmt: skip


def test_each_sampled_answer_rests_on_a_fact_from_before_it(ports):
    facts = gathered(ports).facts
    assert len(facts) == 50
    assert all(one.happened_at <= one.cut_off and one.written_at <= one.cut_off for one in facts)


def test_the_watch_report_tells_each_input_complete_and_valid(ports):
    found = gathered(ports).features
    assert {one.name for one in found} == set(gathered(ports).used)
    assert [one for one in found if (one.missing, one.invalid) != (0, 0)] == []
    assert all(one.n == PEOPLE for one in found)
    assert all(one.age_hours is not None and one.age_hours <= 24 for one in found)


def test_people_scored_who_are_like_all_others_have_hardly_shifted(ports):
    shifts = {one.name: one for one in gathered(ports).shifts}
    assert shifts["Department"].n == PEOPLE
    assert shifts["Department"].stability_index < 0.1
    assert shifts["Department"].unseen == 0


def test_people_of_one_department_only_have_shifted(ports):
    sales = ports.features.newest().filter(pl.col("Department") == "Sales")
    kept = set(sales.get_column(TOKEN).to_list())
    ports.scores.take_down([one.token for one in ports.scores.entries() if one.token not in kept])
    shifts = {one.name: one for one in gathered(ports).shifts}
    assert shifts["Department"].stability_index > 0.25


def test_the_packages_audit_tells_quality_by_group_and_proxies(ports):
    evidence, tables = gather_fairness(
        _window(ports),
        FairnessPorts(
            ports.scores, ports.features, ports.protected, ports.decisions, ports.outcomes,
            ports.registry, ports.register, ports.audit, ports.clock,
        ),
        policy=BiasTablePolicy(),
        actor="auditor",
    )  # fmt: skip
    assert {"Gender", "Age"} <= {one.facet for one in evidence.quality}
    assert evidence.proxies
    assert [one.purpose for one in evidence.reads if one.actor == "auditor"] == [
        "compliance check: are groups selected alike, helped alike and scored as well"
    ]
    assert tables is not None
    assert tables.people == PEOPLE


def test_a_row_that_was_written_after_a_training_began_is_told_with_its_later_time(ports):
    rows = ports.features.newest().select(TOKEN, EVENT_TIME, WRITE_TIME).head(3)
    (token, at, written) = rows.row(0)
    began = written - timedelta(seconds=1)
    execution = Execution(
        "e-1", "training", "sha256:0", {}, "ana", began, None, ExecutionStatus.SUCCEEDED, None, ()
    )
    (early,) = facts_of_rows([(token, at)], execution, ports.features, ports.clock.now())
    assert (early.written_at, early.cut_off) == (written, began)
    later = replace(execution, started_at=written)
    (fine,) = facts_of_rows([(token, at)], later, ports.features, ports.clock.now())
    assert fine.written_at <= fine.cut_off


def test_a_row_of_somebody_erased_cannot_be_replayed_and_is_left_out(ports):
    execution = Execution(
        "e-1", "training", "sha256:0", {}, "ana", ports.clock.now(), None,
        ExecutionStatus.SUCCEEDED, None, (),
    )  # fmt: skip
    rows = [("f" * 32, datetime(2026, 1, 1, tzinfo=UTC))]
    assert list(facts_of_rows(rows, execution, ports.features, ports.clock.now())) == []
