"""Holds the calls that AWS adapters declare against those made, over all processes of a run.

The suites of ports ask each adapter for all it can do, so a call that is declared and never made is
a permission that nobody needs. Under xdist every worker hands what it saw to the controller; both
take these hooks from ``conftest.py``.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import pytest

SUITES = Path(__file__).parent / "contracts"
CALLS_MADE: dict[type, set[str]] = defaultdict(set)
"""What each adapter asked AWS for in this process, ``dynamodb.get_item``."""
_OUTPUT = "declared calls"


class Seen(TypedDict):
    """What one process saw: whether some suites ran, whether all did, and the calls by adapter."""

    some: bool
    all: bool
    declared: dict[str, list[str]]
    made: dict[str, list[str]]


_SEEN = pytest.StashKey[list[Seen]]()
_LEFT_OUT = pytest.StashKey[bool]()
_TOLD = pytest.StashKey[str]()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Note that some tests of the suites are left out."""
    for item in items:
        if item.path.parent == SUITES:
            item.config.stash[_LEFT_OUT] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Keep what a worker saw; one that was killed tells nothing."""
    nothing: Seen = {"some": True, "all": False, "declared": {}, "made": {}}
    told = getattr(node, "workeroutput", {}).get(_OUTPUT, nothing)
    node.config.stash.setdefault(_SEEN, []).append(told)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Tell the controller, or end the run as failed where a declared call was never made."""
    seen = _seen(session)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_OUTPUT] = seen
        return
    told = session.config.stash.get(_SEEN, [seen])
    if not any(one["some"] for one in told):
        return
    if exitstatus or not all(one["all"] for one in told):
        session.config.stash[_TOLD] = "not looked at: not all suites ran, or not all passed."
    elif unused := _unused(told):
        session.config.stash[_TOLD] = f"never made: {', '.join(unused)}."
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was found."""
    if told := config.stash.get(_TOLD, ""):
        terminalreporter.line(f"Calls that AWS adapters declare were {told}")


def _seen(session: pytest.Session) -> Seen:
    config = session.config
    suites = {item.path for item in session.items if item.path.parent == SUITES}
    is_picked = config.stash.get(_LEFT_OUT, False) or any("::" in one for one in config.args)
    return {
        "some": bool(suites),
        "all": suites == set(SUITES.glob("test_*.py")) and not is_picked,
        "declared": {one.__name__: sorted(one.CALLS) for one in CALLS_MADE},  # type: ignore[attr-defined]  # theirs alone
        "made": {one.__name__: sorted(calls) for one, calls in CALLS_MADE.items()},
    }


def _unused(told: Sequence[Seen]) -> list[str]:
    declared = {
        (name, call) for one in told for name, calls in one["declared"].items() for call in calls
    }
    made = {(name, call) for one in told for name, calls in one["made"].items() for call in calls}
    return [f"{name} {call}" for name, call in sorted(declared - made)]
