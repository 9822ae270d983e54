"""Pictures are well-formed, named, described and without style of their own, whatever they show."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from stayline.web.portal.pictures import waterfall

SHARES = st.floats(0, 1)
CHANGES = st.floats(-1, 1)


def read(drawn: Markup) -> ElementTree.Element:
    """Return a picture that a screen reader can tell and the strict policy lets stand."""
    root = ElementTree.fromstring(drawn)  # noqa: S314  (drawn by us)
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == ["title", "desc"]
    assert root.get("aria-labelledby").split() == [child.get("id") for child in root[:2]]
    assert all(child.text for child in root[:2])
    assert not any("style" in element.attrib for element in root.iter())
    for element in root.iter():
        for name in ("x", "y", "width", "height", "cx", "cy"):
            assert "nan" not in element.get(name, "")
        assert "nan" not in element.get("d", "")
        assert "inf" not in element.get("d", "")
    return root


@given(SHARES, st.lists(st.tuples(st.text(), CHANGES), max_size=12), SHARES)
def test_any_reasons_lead_from_the_base_to_the_risk(base, steps, risk):
    root = read(waterfall(base, steps, risk, key="a", name="Reasons"))
    bars = list(root.iter("rect"))
    assert len(bars) == len(steps) + 2
    assert sum(b.get("class") == "lowers" for b in bars) == sum(change < 0 for _, change in steps)


@pytest.mark.parametrize("name", ["</svg><script>alert(1)</script>", "\x00\x07", "a" * 500])
def test_hostile_names_are_text(name):
    drawn = read(waterfall(0.1, [(name, 0.1)], 0.2, key="a", name=name))
    assert not [element for element in drawn.iter() if element.tag == "script"]


def test_a_risk_next_to_none_is_told_as_on_the_page():
    assert "under 0.1%" in str(waterfall(0.0004, [], 0.0004, key="a", name="Reasons"))
