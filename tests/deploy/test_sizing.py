"""The page on sizing says what was measured as it stands where it was measured."""

import re

import pytest

from deployed_parts import ROOT

PAGE = ROOT / "docs" / "sizing.md"
TEXT = PAGE.read_text("utf-8")
MEASURED = re.findall(r"^\| (.+?) \| (.+?) \| M \[.+?\]\(([^)#]+).*$", TEXT, re.MULTILINE)


def test_there_are_measured_figures() -> None:
    assert len(MEASURED) > 10


@pytest.mark.parametrize(("work", "figures", "place"), MEASURED)
def test_a_measured_figure_stands_where_it_is_said_to_be_from(
    work: str, figures: str, place: str
) -> None:
    there = (PAGE.parent / place).read_text("utf-8")
    for figure in re.findall(r"\d[\d,.]*\d|\d", re.sub(r"p\d\d", "", figures)):
        assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d])", there), (work, figure)


def test_every_figure_of_the_three_sizes_says_whether_it_was_measured() -> None:
    table = TEXT.split("## Three sizes")[1].split("\n\n")[1]
    rows = [line.strip("|").split("|") for line in table.splitlines()[3:]]
    assert len(rows) > 8
    told = re.compile(
        r"\((?:R|M)\)|not needed|the same|none|seconds|under a second|will do|\d, for"
    )
    bare = [(row[0], cell) for row in rows for cell in row[1:] if not told.search(cell)]
    assert bare == []
