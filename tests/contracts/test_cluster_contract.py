"""What every engine of batch work promises."""

from collections.abc import Iterator

import pytest

from cluster_parts import refuse, times
from dask_processes import DaskProcesses, dask_processes
from stayline.bootstrap.cluster import cluster_of
from stayline.errors import UnknownEmployee
from stayline.ports.cluster import Cluster


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(params=["local", "dask"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    is_dask = request.param == "dask"
    address = request.getfixturevalue("processes").address if is_dask else None
    with cluster_of(request.param, address) as found:
        yield found


def test_results_come_in_the_order_of_the_parts(cluster):
    assert list(cluster.results(times, range(50), 3)) == [3 * part for part in range(50)]


def test_no_part_is_no_result(cluster):
    assert list(cluster.results(times, [], 3)) == []


def test_parts_are_asked_for_a_few_ahead_alone(cluster):
    asked = []

    def parts():
        for part in range(100):
            asked.append(part)
            yield part

    results = cluster.results(times, parts(), 2)
    for number in range(20):
        assert next(results) == 2 * number
        assert len(asked) <= number + 5


def test_what_the_function_refuses_is_raised_as_it_was(cluster):
    with pytest.raises(UnknownEmployee) as refused:
        list(cluster.results(refuse, ["e7"], None))
    expected = ("e7", "instances[3].employee_id")
    assert (refused.value.token, refused.value.path) == expected
    assert str(refused.value) == str(UnknownEmployee("e7"))


def test_an_error_of_the_parts_themselves_is_raised_as_it_is(cluster):
    def parts():
        yield 1
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        list(cluster.results(times, parts(), 2))
