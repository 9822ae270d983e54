"""Everyone held against the model's baseline, by shares that are summed up wherever they are."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from command_runs import here, stayline
from dask_processes import DaskProcesses, dask_processes
from deployed_home import PEOPLE
from some_have_left import SomeHaveLeft
from stayline.adapters.dask.cluster import connected
from stayline.adapters.embedded.cluster import InProcessCluster
from stayline.bootstrap import Ports, build
from stayline.bootstrap.spread_watching import ClusterSummaries
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.domain.protected_attributes import AuditPurpose
from stayline.errors import NothingDeployed, NothingImported, ScoringStopped
from stayline.formats.model_archive import read_archive
from stayline.modelling.drift.check import columns_findings
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.predictor import Predictor
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.bias import WindowRows, watch_bias
from stayline.modelling.watching.known_facets import facets_at
from stayline.ports.cluster import Cluster
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.stop_scoring import stop_scoring
from stayline.usecases.watch_workforce import SEED, WorkforceWatched, watch_workforce


@pytest.fixture
def home(watched_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(watched_home, tmp_path / "home"))


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("dask")) as started:
        yield started


def watch(
    ports: Ports, home: Path, cluster: Cluster | None = None, **more: object
) -> WorkforceWatched:
    summaries = ClusterSummaries(cluster or InProcessCluster(), Settings(home=home), ports)
    options = {"actor": "ana", "size": 100} | more
    return watch_workforce(
        summaries=summaries, registry=ports.registry, features=ports.features,
        protected=ports.protected, opt_outs=ports.opt_outs, control=ports.control,
        audit=ports.audit, clock=ports.clock, **options,
    )  # fmt: skip


def baselines_of(ports: Ports) -> Baselines:
    package = ports.registry.deployed()
    archive = read_archive(ports.registry.archive(package.digest), package.digest)
    return Baselines.of(archive, ports.registry.reports(package.digest))


def of(monitor: Monitor, findings: tuple[Finding, ...]) -> list[Finding]:
    return [one for one in findings if one.monitor is monitor]


def close(found: list[Finding], expected: list[Finding]) -> bool:
    """Whether findings are the same, figures to 1e-9."""

    def figures(one: Finding) -> list[float]:
        all_ = (one.value, one.low, one.high, one.threshold, one.baseline)
        return [np.nan if figure is None else figure for figure in all_]

    plain = {"value": None, "low": None, "high": None, "threshold": None, "baseline": None}
    assert [replace(one, **plain) for one in found] == [replace(one, **plain) for one in expected]
    np.testing.assert_allclose(
        [figures(one) for one in found], [figures(one) for one in expected], rtol=0, atol=1e-9
    )
    return True


def test_shares_together_say_of_the_inputs_what_one_frame_of_everyone_does(ports, home):
    baselines, people = baselines_of(ports), ports.features.newest()
    statistics = feature_statistics(people, baselines.inputs)
    expected = columns_findings(
        statistics, baselines.statistics, baselines.joint, rows=float(people.height)
    )
    watched = watch(ports, home)
    assert watched.people == PEOPLE
    assert of(Monitor.DATA, watched.findings) == list(expected)
    assert len(expected) > len(baselines.inputs)


def test_shares_together_say_of_groups_what_one_frame_of_everyone_does(ports, home):
    baselines, people = baselines_of(ports), ports.features.newest()
    attributes = ports.protected.read(AuditPurpose("tests", "baseline"))
    risk = Predictor(baselines.model).risks(people)
    rows = WindowRows(
        risk=risk,
        flagged=(risk >= baselines.alert_from).astype(np.int64),
        label=pl.Series([None] * people.height, dtype=pl.Int64),
        person=np.arange(people.height),
        facets=facets_at(people, attributes, baselines.schema, baselines.bias),
    )
    expected = watch_bias(rows, baselines.bias, rng=np.random.default_rng(SEED)).findings
    found = of(Monitor.BIAS, watch(ports, home).findings)
    assert close(found, list(expected))
    assert any(one.value is not None for one in found)


def test_shares_together_say_what_the_model_goes_by(ports, home):
    baselines, people = baselines_of(ports), ports.features.newest()
    predictor = Predictor(baselines.model)
    expected = np.abs(predictor.contributions(people)).mean(axis=0)
    found = of(Monitor.ATTRIBUTION, watch(ports, home).findings)
    told = {one.subject: one.value for one in found if one.metric == "mean_abs_shap"}
    np.testing.assert_allclose(
        [told[name] for name in predictor.inputs], expected, rtol=0, atol=1e-9
    )
    (ranking,) = (one for one in found if one.metric == "ndcg")
    assert ranking.verdict is Verdict.PASS


def test_the_size_of_the_shares_is_no_matter(ports, home):
    whole, small = watch(ports, home, size=10_000), watch(ports, home, size=20)
    assert whole.people == small.people
    assert close(list(small.findings), list(whole.findings))


def test_a_cluster_that_loses_a_worker_finds_what_one_machine_does(ports, home, tmp_path):
    expected = watch(ports, home)
    (tmp_path / "logs").mkdir()
    with (
        dask_processes(tmp_path / "logs") as processes,
        connected(processes.address) as cluster,
    ):

        def kill(done: int, total: int) -> None:
            if done >= 200:
                processes.workers[0].kill()

        watched = watch(ports, home, cluster, progress=kill)
        assert processes.workers[0].wait(10) == -9
        said = processes.said()
    assert watched == expected
    assert not any(token in said for token in ports.features.newest()["token"])


def test_who_left_or_opted_out_is_not_among_the_people(ports, home):
    tokens = ports.features.newest()["token"].to_list()
    some = replace(ports, features=SomeHaveLeft(ports.features, set(tokens[:10])))
    for token in tokens[5:25]:
        ports.opt_outs.opt_out(token, at=ports.clock.now())
    assert watch(some, home).people == PEOPLE - 25


def test_that_protected_attributes_are_read_is_on_record_before_what_was_found(ports, home):
    before = len(ports.audit.events())
    watched = watch(ports, home)
    read, told = ports.audit.events()[before:]
    assert (read.kind, read.actor) == (AuditEventKind.PROTECTED_READ, "ana")
    assert told.kind is AuditEventKind.WORKFORCE_WATCHED
    assert told.subject == str(watched.model_version)
    assert told.details == {"people": PEOPLE}


def test_nothing_is_told_of_a_few_people(ports, home):
    tokens = ports.features.newest()["token"].to_list()
    few = replace(ports, features=SomeHaveLeft(ports.features, set(tokens[20:])))
    watched = watch(few, home)
    assert watched.people == 20
    (finding,) = watched.findings
    assert finding.verdict is Verdict.INSUFFICIENT


def test_nobody_is_looked_at_while_scoring_is_stopped(ports, home):
    stop_scoring(
        reason="The extract was wrong.", by="ana", control=ports.control, clock=ports.clock
    )
    with pytest.raises(ScoringStopped):
        watch(ports, home)


def test_it_takes_people_and_a_model(tmp_path):
    empty = build(Settings(home=tmp_path))
    with pytest.raises(NothingImported):
        watch(empty, tmp_path)
    empty.features.define(named_schema("ibm-hr"))
    with pytest.raises(NothingDeployed):
        watch(empty, tmp_path)


def test_the_command_says_the_same_on_a_cluster(ports, home, processes):
    words = ("watch", "workforce", "--home", home, "--json")
    one_machine = here(*words)
    on_a_cluster = stayline(*words, "--engine", "dask", "--scheduler", processes.address)
    assert on_a_cluster.code == one_machine.code, on_a_cluster.err
    assert on_a_cluster.json == one_machine.json
    assert one_machine.json["people"] == PEOPLE


def test_the_command_tells_findings_by_what_follows_from_them(home):
    told = here("watch", "workforce", "--home", home)
    assert told.out.startswith(f"Version 1, {PEOPLE:,} people who may be scored.\n")
    assert "As before: " in told.out
