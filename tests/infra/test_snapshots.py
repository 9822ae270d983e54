"""The templates look as somebody agreed that they should."""

from typing import Any

import pytest

from infra.snapshots import FOLDER, SHOWN, normalised


@pytest.mark.parametrize("name", SHOWN)
def test_a_template_is_what_the_snapshot_shows(
    templates: dict[str, dict[str, Any]], name: str
) -> None:
    agreed = (FOLDER / f"{name}.txt").read_text("utf-8")
    told = "look at the change, and if it is meant: python -m infra.snapshots"
    assert normalised(templates[name]) == agreed, told
