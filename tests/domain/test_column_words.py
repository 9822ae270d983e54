"""Names of columns as pages show them, whatever a company called them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.column_words import column_in_words, facet_in_words, value_in_words
from stayline.samples.presets import named_schema


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("OverTime", "Overtime"),
        ("over_time", "Overtime"),
        ("YearsWithCurrManager", "Years with current manager"),
        ("SALARY_GRADE", "Salary grade"),
        ("EmployeeID", "Employee ID"),
        ("FTE", "FTE"),
        ("Größe der Gruppe", "Größe der Gruppe"),
        ("ÜberstundenMonat", "Überstunden monat"),
        ("雇用日", "雇用日"),
        ("__", "__"),
        ("<b>", "<b>"),
    ],
)
def test_a_name_is_told_in_words(name: str, words: str) -> None:
    assert column_in_words(name) == words


def test_every_column_of_a_preset_reads_as_a_sentence_begins() -> None:
    for column in named_schema("ibm-hr").columns:
        words = column_in_words(column.name)
        assert words[0].isupper()
        assert words[1:] == words[1:].lower()


def test_two_crossed_columns_are_told_one_by_one() -> None:
    assert facet_in_words("AgeBand x MaritalStatus") == "Age band x Marital status"


@given(st.text(min_size=1))
def test_no_name_is_lost(name: str) -> None:
    assert column_in_words(name)


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.text(min_size=1)))
def test_every_value_is_told(value: str | float | bool | None) -> None:
    assert value_in_words(value)
