import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.alert_policy import (
    Band,
    Bands,
    Capacity,
    RecallAtPrecision,
    policy_from,
    policy_text,
)
from stayline.errors import SettingRefused

PARTS = st.floats(0, 1)


@given(PARTS, PARTS, PARTS)
def test_a_higher_risk_is_never_in_a_lower_band(edge, other, risk):
    bands = Bands(*sorted((edge, other)))
    order = list(Band)
    assert order.index(bands.band_of(risk)) <= order.index(bands.band_of(min(1.0, risk * 1.1)))


@pytest.mark.parametrize(
    ("risk", "band"),
    [
        (0.0, "low"),
        (0.0999, "low"),
        (0.1, "medium"),
        (0.2999, "medium"),
        (0.3, "high"),
        (1, "high"),
    ],
)
def test_an_edge_belongs_to_the_band_above_it(risk, band):
    assert Bands(medium=0.1, high=0.3).band_of(risk) == band


def test_a_policy_reads_as_a_sentence():
    assert str(RecallAtPrecision()) == "the most recall at a precision of at least 0.42"
    assert str(Capacity(0.05)) == "the 5% of people with the highest risk"


@given(
    st.sampled_from([Capacity, RecallAtPrecision]),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
def test_a_policy_is_read_back_from_its_text(kind, number):
    assert policy_from(policy_text(kind(number))) == kind(number)


@pytest.mark.parametrize(
    "text",
    ["", "capacity", "capacity 0", "capacity 1", "capacity nan", "recall 0.4", "capacity 0.1 0.2"],
)
def test_another_text_is_no_policy(text):
    with pytest.raises(SettingRefused, match="AlertPolicy"):
        policy_from(text)
