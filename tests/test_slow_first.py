"""The files that are begun with are there."""

import pytest

from slow_first import SLOWEST, TESTS, pytest_collection_modifyitems


def test_every_slow_file_is_there():
    assert [name for name in SLOWEST if not (TESTS / name).is_file()] == []


def test_slow_files_come_first_and_tests_keep_their_order(request: pytest.FixtureRequest):
    def item(name: str, file: str) -> pytest.Item:
        module = pytest.Module.from_parent(request.session, path=TESTS / file)
        return pytest.Function.from_parent(module, name=name, callobj=lambda: None)

    first, last = SLOWEST[0], SLOWEST[-1]
    items = [
        item("a", "test_docs.py"), item("b", last), item("c", first), item("d", first),
        item("e", "test_bootstrap.py"),
    ]  # fmt: skip
    pytest_collection_modifyitems(items)
    assert [one.name for one in items] == ["c", "d", "b", "a", "e"]
