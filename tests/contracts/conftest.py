"""The backends that every port suite runs on; another adapter family joins by one more name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stores import Backend, EmbeddedBackend


@pytest.fixture(params=["embedded"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    opened = {"embedded": EmbeddedBackend}[request.param](tmp_path)
    yield opened
    opened.close()
