from itertools import combinations
from xml.etree import ElementTree

import pytest

from pipeline_documents import ALWAYS, condition, document, processing, training_document
from stayline.pipeline.drawing import svg_drawing, text_drawing
from stayline.pipeline.graph import HEIGHT, graph

SVG = "{http://www.w3.org/2000/svg}"
STATUSES = {"prepare": "Succeeded", "train": "Failed"}


def parsed(svg):
    return ElementTree.fromstring(svg)  # noqa: S314 - our own text


def shown(svg):
    return [text.text for text in parsed(svg).iter(f"{SVG}text")]


def test_the_list_shows_each_step_once_in_its_order_with_what_it_waits_for():
    lines = text_drawing(training_document()).splitlines()
    assert [line.split()[0] for line in lines[:5]] == [
        "prepare",
        "train",
        "evaluate",
        "check-gates",
        "gate",
    ]
    assert lines[2].endswith("after prepare, train")
    assert lines[4].endswith('after check-gates; verdict in Gates = "pass"')
    assert lines[5].startswith("└ yes: register")
    assert lines[6].startswith("└ no: fail")
    assert max(map(len, lines)) <= 100


def test_the_list_tells_each_steps_status_in_words():
    lines = text_drawing(training_document(), STATUSES).splitlines()
    assert "✓ Succeeded" in lines[0]
    assert "✗ Failed" in lines[1]
    assert "· not run" in lines[2]


def test_conditions_inside_conditions_are_indented():
    inner = condition("inner", ALWAYS, [processing("x")], [])
    text = text_drawing(document(condition("outer", ALWAYS, [inner], [processing("y")])))
    assert [line.split("  Proc")[0].split("  Cond")[0].rstrip() for line in text.splitlines()] == [
        "outer",
        "└ yes: inner",
        "   └ yes: x",
        "└ no: y",
    ]


def test_the_picture_names_every_step_and_its_status():
    words = shown(svg_drawing(training_document(), STATUSES))
    for word in ("prepare", "check-gates", "RegisterModel", "Succeeded", "Failed", "yes", "no"):
        assert word in words


def test_without_an_execution_the_picture_has_no_status():
    assert "not run" not in shown(svg_drawing(training_document()))


def test_the_picture_is_told_to_those_who_cannot_see_it():
    root = parsed(svg_drawing(training_document(), STATUSES))
    assert root.get("role") == "img"
    assert (root.get("width"), root.get("height")) == ("100%", None), "it scales"
    ids = root.get("aria-labelledby").split()
    told = {element.get("id"): element.text for element in root}
    assert all(told[each] for each in ids)
    assert told["pipeline-text"] == text_drawing(training_document(), STATUSES)


def test_the_picture_needs_nothing_from_elsewhere():
    svg = svg_drawing(training_document())
    assert "<script" not in svg
    assert svg.count("http") == 1
    assert "prefers-color-scheme: dark" in svg


def test_the_same_definition_gives_the_same_picture():
    assert svg_drawing(training_document(), STATUSES) == svg_drawing(training_document(), STATUSES)


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"&]]>', "\u202e" * 500, "\x00\x1b[2J", " "]
)
def test_foreign_text_stays_text(hostile):
    asked = {"Type": "Equals", "LeftValue": hostile, "RightValue": hostile}
    steps = document(condition("gate", asked, [], []), processing("a", Description=hostile))
    svg = svg_drawing(steps, {"a": hostile})
    root = parsed(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert all(len(text) < 60 for text in shown(svg))
    assert "\x1b" not in text_drawing(steps, {"a": hostile})
    assert "\u202e" not in text_drawing(steps, {"a": hostile})


def test_no_box_stands_on_another_and_all_are_inside():
    wide = document(
        *(processing(f"first-{number}") for number in range(4)),
        processing("second", "first-0", "first-3"),
        condition("gate", ALWAYS, [processing(f"then-{n}", "first-1") for n in range(3)], []),
        processing("last", "second", "first-2"),
    )
    drawn = graph(wide)
    for node in drawn.nodes:
        assert node.x >= 0
        assert node.y >= 0
        assert node.x + node.width <= drawn.width
        assert node.y + HEIGHT <= drawn.height
    for one, other in combinations(drawn.nodes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + HEIGHT <= other.y or other.y + HEIGHT <= one.y
        assert beside or below
    assert all(lane >= 0 for lane in drawn.lanes.values())
    assert set(drawn.lanes) == {"first-2"}
