from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from command_runs import stayline
from dask_processes import DaskProcesses, dask_processes
from deployed_home import PEOPLE
from some_have_left import SomeHaveLeft
from stayline.adapters.dask.cluster import connected
from stayline.adapters.embedded.cluster import InProcessCluster
from stayline.bootstrap import Ports
from stayline.bootstrap.spread_scoring import ClusterScorer, cluster_scorer
from stayline.errors import PackageRefused, ScoringStopped, StoreUnavailable
from stayline.ports.people_scorer import PeopleScorer
from stayline.settings import Settings
from stayline.usecases.set_pilot import set_pilot
from stayline.usecases.stop_scoring import stop_scoring
from workforce_scores import score


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture
def scorer(ports: Ports, home: Path) -> ClusterScorer:
    """What workers do, in this process: where they are is no matter to most of what is promised."""
    return cluster_scorer(InProcessCluster(), Settings(home=home), ports)


def board(ports: Ports) -> dict[str, object]:
    """Return all that is kept of everyone's score, but for when it was made."""
    return {
        entry.token: (entry.risk, entry.band, entry.base_risk, entry.reasons, entry.model)
        for entry in ports.scores.entries()
    }


def kill_after(processes: DaskProcesses, people: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= people:
            processes.workers[0].kill()

    return progress


def test_a_cluster_that_loses_a_worker_gives_everyone_the_very_score_of_one_machine(
    ports, home, tmp_path
):
    expected_result = score(ports)
    expected = board(ports)
    ports.scores.take_down(expected)
    (tmp_path / "logs").mkdir()
    with (
        dask_processes(tmp_path / "logs") as processes,
        connected(processes.address) as cluster,
    ):
        scorer = cluster_scorer(cluster, Settings(home=home), ports)
        result = score(ports, scorer, chunk=50, progress=kill_after(processes, 200))
        assert processes.workers[0].wait(10) == -9
        said = processes.said()
    assert result == expected_result
    assert result.count == PEOPLE
    assert board(ports) == expected
    assert not any(token in said for token in expected)


def test_who_left_opted_out_or_is_outside_a_pilot_is_counted_as_on_one_machine(ports, scorer):
    tokens = ports.features.newest()["token"].to_list()
    some = replace(ports, features=SomeHaveLeft(ports.features, set(tokens[10:20])))
    for token in tokens[15:30]:
        ports.opt_outs.opt_out(token, at=ports.clock.now())
    pilot(some, "Department=Sales")
    expected_result = score(some)
    expected = board(ports)
    result = score(some, scorer, chunk=100)
    assert result == expected_result
    assert result.gone == 10
    assert result.opted_out > 0
    assert result.outside > 0
    assert board(ports) == expected


def pilot(ports: Ports, *conditions: str) -> None:
    set_pilot(
        conditions, reason="We begin with a small part.", by="ana", until=None,
        features=ports.features, scores=ports.scores, control=ports.control, clock=ports.clock,
    )  # fmt: skip


def test_a_run_that_a_cluster_began_is_taken_up_by_one_machine_and_the_other_way_round(
    ports, scorer
):
    whole = score(ports)
    expected = board(ports)
    for begun_by, taken_up_by in ((scorer, None), (None, scorer)):
        ports.scores.take_down(expected)
        cut_off(ports, begun_by, after=700)
        kept = len(ports.scores.entries())
        assert 700 <= kept < PEOPLE
        result = score(ports, taken_up_by, chunk=100)
        assert (result.count, result.by_band) == (PEOPLE, whole.by_band)
        assert result.taken_up_at == kept
        assert board(ports) == expected


class CutOff(Exception):
    """What ends a run in the middle."""


def cut_off(ports: Ports, scorer: PeopleScorer | None, *, after: int) -> None:
    def stop(done: int, total: int) -> None:
        if done >= after:
            raise CutOff

    with pytest.raises(CutOff):
        score(ports, scorer, chunk=100, progress=stop)


def test_who_opts_out_or_is_erased_during_a_run_is_not_on_the_board_after_it(ports, scorer):
    tokens = ports.features.newest()["token"].to_list()
    done_already, to_come, erased = tokens[50], tokens[-50], tokens[-60]

    def meanwhile(done: int, total: int) -> None:
        if done and not ports.opt_outs.opted_out(at=ports.clock.now()):
            for token in (done_already, to_come):
                ports.opt_outs.opt_out(token, at=ports.clock.now())
            ports.features.erase(erased)

    result = score(ports, scorer, chunk=100, progress=meanwhile)
    assert result.opted_out == 1
    assert not {done_already, to_come, erased} & set(board(ports))
    assert len(board(ports)) == PEOPLE - 3


def test_a_run_ends_as_soon_as_scoring_is_stopped(ports, scorer):
    def stop(done: int, total: int) -> None:
        if done >= 300:
            why = "The last extract was wrong."
            stop_scoring(reason=why, by="ana", control=ports.control, clock=ports.clock)

    with pytest.raises(ScoringStopped):
        score(ports, scorer, chunk=100, progress=stop)
    assert len(board(ports)) < 500


def test_a_worker_that_does_not_see_the_facts_is_refused_before_anybody_is_taken_down(
    ports, scorer, tmp_path
):
    score(ports)
    expected = board(ports)
    elsewhere = replace(scorer, facts=replace(scorer.facts, address=str(tmp_path / "empty")))
    with pytest.raises(StoreUnavailable, match="share the folder with every worker"):
        score(ports, elsewhere)
    behind = replace(scorer, facts=replace(scorer.facts, commit=scorer.facts.commit + 1))
    with pytest.raises(StoreUnavailable, match="expected commit"):
        score(ports, behind)
    assert board(ports) == expected


def test_a_worker_refuses_a_package_that_is_not_the_one_that_was_approved(ports, scorer):
    class Altered:
        def archive(self, digest: str) -> bytes:
            return ports.registry.archive(digest)[:-1] + b"?"

    with pytest.raises(PackageRefused):
        score(ports, replace(scorer, registry=Altered()))


def test_the_command_scores_everyone_on_a_cluster(ports, home, processes):
    score(ports)
    expected = board(ports)
    ports.scores.take_down(expected)
    done = stayline(
        "score", "--all", "--engine", "dask", "--scheduler", processes.address, "--home", home
    )
    assert done.code == 0, done.err
    assert f"{PEOPLE:,} people scored by version 1" in done.out
    assert board(ports) == expected


def test_the_command_names_a_cluster_that_is_not_there(home):
    done = stayline(
        "score", "--all", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9", "--home", home
    )
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("Error: The cluster at tcp://127.0.0.1:9 cannot be used")
    assert "--engine local" in done.err
