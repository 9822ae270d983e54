"""Every stack that the tests look at, synthesised once; nothing here asks a network."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.app import own_node

own_node()
from infra.snapshots import STACKS, example  # noqa: E402  (Node comes first)
from stack_files import template_file  # noqa: E402


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The cloud assembly of each."""
    made = {name: tmp_path_factory.mktemp(name) for name in STACKS}
    for name, folder in made.items():
        example(name, folder)
    return made


@pytest.fixture(scope="session")
def templates(folders: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """The template of each."""
    return {name: json.loads(template_file(folder).read_text()) for name, folder in folders.items()}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """The name of one of them."""
    return str(request.param)
