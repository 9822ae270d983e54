from collections.abc import Iterator
from pathlib import Path

import pytest

from small_pipelines import PipelineHome


@pytest.fixture
def pipelines(tmp_path: Path) -> Iterator[PipelineHome]:
    """A folder with the embedded pipeline runner."""
    opened = PipelineHome(tmp_path)
    yield opened
    opened.close()
