import xml.etree.ElementTree as ET

import pytest

from stayline.formats.card_figures import CurvePoint, Figure
from stayline.reports.pictures import bar_picture, calibration_picture, interval_picture

HOSTILE = "<script>alert(1)</script>&\"' \u202e\u05e9\u05dc\u05d5\u05dd 😀\x00\ud800" + "x" * 5000
SVG = "{http://www.w3.org/2000/svg}"


def words(drawn: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314  (our own drawing)


def recall(rows: list[tuple[str, Figure | None]], **more: object) -> str:
    return interval_picture(rows, key="recall", title="Recall", axis="recall", **more)


def test_equal_figures_give_equal_bytes():
    rows = [("Female", Figure(0.3, 0.2, 0.4)), ("Male", Figure(0.5, 0.4, 0.6))]
    assert recall(rows) == recall(rows)
    assert recall(rows) != recall(rows[:1])


def test_a_picture_has_a_name_a_description_and_colours_of_the_page():
    root = ET.fromstring(recall([("Female", Figure(0.3, 0.2, 0.4))], limits=(0.1,)))  # noqa: S314  (our own drawing)
    title, told = root[0], root[1]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    assert title.text == "Recall"
    assert "the limits 0.1" in (told.text or "")
    assert {text.get("fill") for text in root.iter(f"{SVG}text")} == {"currentColor"}
    assert root.get("width") is None, "the page says how wide it is"


def test_a_row_without_a_figure_says_so():
    assert "no figure" in words(recall([("Female", Figure(0.3, 0.2, 0.4)), ("Other", None)]))
    assert "no figure" in words(recall([("Other", Figure(float("nan"), None, None))]))
    assert "no figure" not in words(recall([("Female", Figure(0.3, 0.2, 0.4))]))


def test_rows_stay_in_the_order_given():
    drawn = words(recall([("b", Figure(0.3, 0.2, 0.4)), ("c", None), ("a", Figure(0.1, 0, 0.2))]))
    assert [word for word in drawn if word in "abc"] == ["b", "c", "a"]


def test_a_hostile_name_stays_a_name():
    for drawn in (
        recall([(HOSTILE, Figure(0.3, 0.2, 0.4)), (HOSTILE[8:], None)]),
        bar_picture({HOSTILE: 1.0}, key="k", title="Reasons", axis="x"),
    ):
        tags = {element.tag for element in ET.fromstring(drawn).iter()}  # noqa: S314  (our own drawing)
        assert f"{SVG}script" not in tags
        assert any(word.startswith("<script>") for word in words(drawn))
        assert len(drawn) < 20_000, "long names are cut in the picture"


def test_a_name_is_never_cut_within_a_character():
    for shift in range(3):
        drawn = recall([("x" * shift + "😀" * 40, Figure(0.3, 0.2, 0.4))])
        assert any("😀…" in word for word in words(drawn))


def test_names_that_are_cut_alike_keep_rows_of_their_own():
    long = "a very long name of a group of people"
    drawn = words(recall([(f"{long} {at}", Figure(0.3, 0.2, 0.4)) for at in range(3)]))
    assert len({word for word in drawn if word.startswith("a very long")}) == 3


@pytest.mark.parametrize("bins", [[], [CurvePoint(10, 0.2, Figure(0.0, 0.0, 0.0))]])
def test_calibration_is_drawn_for_any_number_of_points(bins: list[CurvePoint]):
    drawn = calibration_picture(bins, key="c", title="Calibration")
    assert f"{len(bins)} groups of rows" in drawn
    assert "share who left" in words(drawn)
