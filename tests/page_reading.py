"""A page as a browser and a screen reader take it: its elements, ids, headings and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}

FAIRNESS_PAGE = "fairness.html"
"""The one page that another may point to: it lies in the same folder."""


@dataclass(frozen=True)
class Element:
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = tuple(element.tag for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, inside)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"<{closed.tag}> was closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.words.append(data)


def elements(page: str) -> list[Element]:
    """Return every element in order; fails where tags do not close each other."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader.elements


def visible_text(page: str) -> str:
    """Return the words of the body."""
    return next(element.text for element in elements(page) if element.tag == "body")


def check_page(page: str) -> None:
    """Check what every page of ours must be: self-contained, ordered, readable without eyes."""
    found = elements(page)
    tags = {element.tag for element in found}
    assert not tags & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "foreignobject",
        "image",
    }
    assert "url(" not in page
    assert "@import" not in page
    for element in found:
        assert not {name for name in element.attributes if name.startswith("on")}
        assert element.attributes.get("href", "#").startswith(("#", FAIRNESS_PAGE))
        assert "src" not in element.attributes
    ids = [element.attributes["id"] for element in found if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    _check_references(found, set(ids))
    _check_headings(found)
    _check_tables(found)
    _check_pictures(found)


def _check_references(found: list[Element], ids: set[str]) -> None:
    for element in found:
        if element.attributes.get("href", "").startswith("#"):
            assert element.attributes["href"][1:] in ids
        assert set(element.attributes.get("aria-labelledby", "").split()) <= ids


def _check_headings(found: list[Element]) -> None:
    levels = [int(e.tag[1]) for e in found if e.tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def _check_tables(found: list[Element]) -> None:
    for element in found:
        if element.tag == "th":
            assert element.attributes["scope"] in {"row", "col"}
        if element.tag == "table":
            assert "div" in element.inside
    assert sum(e.tag == "table" for e in found) == sum(e.tag == "caption" for e in found)
    assert all(e.text for e in found if e.tag == "caption")


def _check_pictures(found: list[Element]) -> None:
    for at, element in enumerate(found):
        if element.tag == "svg":
            assert element.attributes["role"] == "img"
            assert [e.tag for e in found[at + 1 : at + 3]] == ["title", "desc"]
            assert all(e.text for e in found[at + 1 : at + 3])
            assert "figure" in element.inside
