"""Begins with the files that take longest, so that no worker is left alone with one at the end.

xdist hands out whole files in the order in which they were collected, if it is told
``--no-loadscope-reorder``; else it would keep those of few tests, as the slow ones are, for the
end.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SLOWEST = (
    "usecases/test_train_model.py",
    "jobs/test_retraining.py",
    "cli/test_killed_runs.py",
    "infra/test_checks.py",
    "test_parity.py",
    "cli/test_journey.py",
    "container/test_programs.py",
    "web/portal/test_stored_text.py",
    "cli/test_training_command.py",
    "cli/test_jobs_command.py",
)
"""Each took half a minute of processor time or more; neighbours make different things first."""
_PLACES = {TESTS / name: place for place, name in enumerate(SLOWEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put their tests first; all else keeps its order."""
    items.sort(key=lambda item: _PLACES.get(item.path, len(SLOWEST)))
