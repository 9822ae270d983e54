"""The quick way of reading JSON reads just what the thorough way does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.formats.request_text import BodyUnreadable, _plain_object, read_json

CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
OBJECTS = st.dictionaries(st.text(max_size=8), CELLS, max_size=5)
SPACES = st.sampled_from(["", " ", "\n\t"])


@st.composite
def objects_written_somehow(draw: st.DrawFn) -> str:
    """An object with names given twice, odd spaces, and escapes where they need not be."""
    pairs = [pair for part in draw(st.lists(OBJECTS, max_size=2)) for pair in part.items()]
    is_ascii = draw(st.booleans())
    written = [
        f"{json.dumps(name, ensure_ascii=is_ascii)}{draw(SPACES)}:{draw(SPACES)}"
        f"{json.dumps(cell, ensure_ascii=is_ascii)}"
        for name, cell in pairs
    ]
    return "{" + ",".join(written) + "}" + draw(SPACES)


@given(objects_written_somehow())
def test_what_the_quick_way_takes_the_thorough_way_reads_alike(text):
    quick = _plain_object(text)
    if quick is None:
        return
    pairs = json.loads(text, object_pairs_hook=list)
    assert len({name for name, _ in pairs}) == len(pairs)
    thorough = json.loads(text)
    assert quick == thorough
    assert list(map(type, quick.values())) == list(map(type, thorough.values()))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":1,"a" :2}',
        '{"a":"x","a"\n:"y"}',
        '{"\\u0061":1,"a":2}',
        '{"a":NaN}',
        '{"a":1e400}',
        '{"":1}',
        '{"a\\u0000":1}',
        '{"a":"\\ud800"}',
        '{"a":1',
    ],
)
def test_what_is_refused_is_refused_whichever_way_it_came(text):
    assert _plain_object(text) is None
    if text != '{"a":1e400}':
        with pytest.raises(BodyUnreadable):
            read_json(text)


def test_an_everyday_object_goes_the_quick_way():
    text = '{"employee_id": "17", "OverTime": "Yes", "MonthlyIncome": 5500, "Share": 0.5}'
    assert _plain_object(text) == json.loads(text)
