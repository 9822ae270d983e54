"""Every stack that the tests look at, synthesised once a run; nothing here asks a network."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from infra.app import own_node

own_node()
from infra.snapshots import STACKS, example  # noqa: E402  (Node comes first)
from made_once import made_once  # noqa: E402
from stack_files import template_file  # noqa: E402


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The cloud assembly of each; workers begin with different ones, and so wait little."""
    first = os.getpid() % len(STACKS)
    return {
        name: made_once(tmp_path_factory, f"stack-{name}", partial(example, name))
        for name in STACKS[first:] + STACKS[:first]
    }


@pytest.fixture(scope="session")
def templates(folders: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """The template of each."""
    return {name: json.loads(template_file(folder).read_text()) for name, folder in folders.items()}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """The name of one of them."""
    return str(request.param)
