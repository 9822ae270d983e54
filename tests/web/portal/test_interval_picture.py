"""Figures with intervals as a picture: what it says, where marks are, and hostile names."""

import xml.etree.ElementTree as ET

import pytest

from stayline.formats.card_figures import Figure
from stayline.reports import numbers
from stayline.web.portal.interval_picture import MOST_ROWS, interval_picture


def drawn(rows, **given):
    made = interval_picture(rows, key="k", name="Recall", written=numbers.percent, **given)
    return ET.fromstring(made)  # noqa: S314  (drawn by us)


def kinds(picture, kind):
    return [one for one in picture.iter("path") if one.get("class") == kind]


def test_each_figure_is_said_and_drawn_with_its_interval():
    picture = drawn([("Female", Figure(0.4, 0.3, 0.5)), ("Male", Figure(0.3, 0.1, 0.4))])
    told = [one.text for one in picture.iter("text")]
    assert "Female" in told
    assert "40% (30% to 50%)" in told
    assert len(kinds(picture, "line")) == 2
    assert len(kinds(picture, "mark")) == 2


def test_a_figure_that_is_not_defined_is_said_to_be_so_and_not_drawn():
    picture = drawn([("X", None), ("Y", Figure()), ("Z", Figure(0.5))])
    assert [one.text for one in picture.iter("text")].count("not defined") == 4
    assert len(kinds(picture, "mark")) == 1
    assert kinds(picture, "line") == []


def test_a_line_and_limits_are_drawn_and_described():
    picture = drawn([("X", Figure(0.0, -0.1, 0.1))], line=0.0, limits=(-0.2, 0.2))
    assert len(kinds(picture, "base")) == 1
    assert len(kinds(picture, "limit")) == 2
    assert "Dashed: -20% and 20%." in picture.find("desc").text


@pytest.mark.parametrize("rows", [[], [("X", None)], [("X", Figure(0.2, 0.2, 0.2))]])
def test_no_figures_and_equal_figures_make_a_picture(rows):
    assert drawn(rows).find("title").text == "Recall"


def test_of_many_rows_the_first_are_drawn_and_the_others_counted():
    picture = drawn([(str(at), Figure(0.4, 0.3, 0.5)) for at in range(MOST_ROWS + 3)])
    assert len(kinds(picture, "mark")) == MOST_ROWS
    assert "3 more are in the table." in picture.find("desc").text


def test_hostile_names_stay_text():
    picture = drawn([('"><script>alert(1)</script>\x07', Figure(0.4, 0.3, 0.5))])
    assert list(picture.iter("script")) == []
