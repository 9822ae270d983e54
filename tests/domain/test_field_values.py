from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.workforce_schema import Column, Kind, Role

NUMBER = Column("Share", Kind.NUMBER, Role.FEATURE, minimum=0, maximum=100)
ORDINAL = Column("Education", Kind.ORDINAL, Role.FEATURE, categories=("1", "2", "3"))
LISTED = Column("Department", Kind.CATEGORY, Role.FEATURE, categories=("Sales", "R&D"))
OPEN = Column("JobTitle", Kind.CATEGORY, Role.FEATURE)
FLAG = Column("OverTime", Kind.FLAG, Role.FEATURE)
DATE = Column("HiredOn", Kind.DATE, Role.FEATURE, date_formats=("%m/%d/%Y", "%d.%m.%Y"))


EVERY_KIND = (NUMBER, ORDINAL, LISTED, OPEN, FLAG, DATE)


def short(value):
    return type(value).__name__ if isinstance(value, int) else ascii(value)[:16]


@pytest.mark.parametrize("column", EVERY_KIND, ids=lambda column: column.name)
@pytest.mark.parametrize("nothing", [None, "", "   ", "\t\n", "\u00a0"])
def test_what_is_empty_is_missing(column, nothing):
    assert checked_value(column, nothing) is None


@pytest.mark.parametrize(
    "given_value", [35, 35.0, "35", " 35 ", "3.5e1", "+35", "35.", Decimal("35")]
)
def test_a_number_is_read_however_it_is_written(given_value):
    value = checked_value(NUMBER, given_value)

    assert value == 35.0
    assert isinstance(value, float)


@pytest.mark.parametrize(
    "hostile",
    [
        *("1e999", "nan", "inf", "-Infinity", "1_0", "1,000", "0x10", "\uff11", "1\x00"),
        *(float("nan"), float("inf"), True, False, 10**400, 10**5000, Decimal("sNaN")),
        *([1], {}, b"1", "9" * 1_000_000),
    ],
    ids=short,
)
def test_what_is_no_finite_number_is_refused_in_few_words(hostile):
    with pytest.raises(FieldRefused, match=r"expected a number from 0 to 100") as refused:
        checked_value(NUMBER, hostile)

    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("low", "high", "value", "words"),
    [
        (0, 100, 100.5, "a number from 0 to 100"),
        (0, None, -1, "a number of at least 0"),
        (None, 2.5, 3, "a number of at most 2.5"),
    ],
)
def test_a_number_out_of_bounds_names_the_bounds(low, high, value, words):
    column = Column("Share", Kind.NUMBER, Role.FEATURE, minimum=low, maximum=high)

    with pytest.raises(FieldRefused, match=f"^expected {words}, got {value}$"):
        checked_value(column, value)


def test_bounds_are_inclusive():
    assert checked_value(NUMBER, 0) == 0.0
    assert checked_value(NUMBER, "100") == 100.0


def test_negative_zero_is_zero():
    assert str(checked_value(NUMBER, "-0.0")) == "0.0"


@pytest.mark.parametrize("written", [3, 3.0, "3", "3.0", " 3 ", "3.00"])
def test_an_ordinal_is_the_same_however_its_whole_number_is_written(written):
    assert checked_value(ORDINAL, written) == "3"


@pytest.mark.parametrize("wrong", [4, 0, 2.5, "high", True, "03", 10**400])
def test_an_ordinal_outside_its_order_is_refused_with_the_order(wrong):
    with pytest.raises(FieldRefused, match="expected one of '1', '2', '3'"):
        checked_value(ORDINAL, wrong)


def test_a_listed_category_is_trimmed_but_not_guessed():
    assert checked_value(LISTED, " Sales ") == "Sales"
    with pytest.raises(FieldRefused, match="expected one of 'Sales', 'R&D', got 'sales'"):
        checked_value(LISTED, "sales")


def test_a_listed_category_with_outer_space_matches_itself():
    column = Column("Site", Kind.CATEGORY, Role.FEATURE, categories=(" North",))

    assert checked_value(column, " North") == " North"


def test_a_long_list_of_categories_is_cut_short():
    column = Column("X", Kind.ORDINAL, Role.FEATURE, categories=tuple(map(str, range(500))))

    with pytest.raises(FieldRefused, match=r"'11' \(and 488 more\)"):
        checked_value(column, "x")


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (" Chef ", "Chef"),
        ("Größe", "Größe"),
        (35, "35"),
        (35.0, "35"),
        ("35.0", "35"),
        (2.5, "2.5"),
    ],
)
def test_an_open_category_takes_any_decent_text(given_value, kept):
    assert checked_value(OPEN, given_value) == kept


@pytest.mark.parametrize("text", ["1.10", "007.0", "-0.0", "v1.0"])
def test_text_that_only_resembles_a_whole_number_stays(text):
    assert checked_value(OPEN, text) == text


@pytest.mark.parametrize(
    "hostile",
    ["a\x00b", "a\nb", "\u202egnp.exe", "\u2066x", "\ud800", "x" * 201, "x" * 1_000_000, True],
    ids=short,
)
def test_an_open_category_refuses_hostile_text(hostile):
    with pytest.raises(FieldRefused, match="without control characters") as refused:
        checked_value(OPEN, hostile)

    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("yes", ["Yes", "YES", " yes ", True, 1, 1.0, "1", "1.0", "true", "True"])
def test_a_flag_is_set_in_several_words(yes):
    assert checked_value(FLAG, yes) == "Yes"


@pytest.mark.parametrize("no", ["No", "nO", False, 0, "0", "false"])
def test_a_flag_is_unset_in_several_words(no):
    assert checked_value(FLAG, no) == "No"


@pytest.mark.parametrize("wrong", ["maybe", 2, "Y", -1, 0.5, [], "\x00"])
def test_a_flag_refuses_any_third_word(wrong):
    with pytest.raises(FieldRefused, match="expected 'No' or 'Yes'"):
        checked_value(FLAG, wrong)


def test_the_words_of_a_flag_go_before_its_numbers():
    reversed_words = Column("Active", Kind.FLAG, Role.FEATURE, categories=("1", "0"))

    assert checked_value(reversed_words, 1) == "1"
    assert checked_value(reversed_words, True) == "0"


@pytest.mark.parametrize(
    "written",
    [
        "2024-12-31",
        " 2024-12-31 ",
        "2024-12-31T23:59:59Z",
        "2024-12-31 00:00",
        "2024-12-31T00:00:00.000000+02:00",
        "12/31/2024",
        "31.12.2024",
        date(2024, 12, 31),
        datetime(2024, 12, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_a_date_is_the_day_as_written(written):
    assert checked_value(DATE, written) == "2024-12-31"


@pytest.mark.parametrize(
    "wrong",
    ["2024-02-30", "20241231", "2024-W01-1", "31/12/2024", 45657, "0000-01-01", "1" * 5000],
    ids=short,
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(wrong):
    with pytest.raises(FieldRefused, match=r"a date such as 2024-12-31 or as '%m/%d/%Y'"):
        checked_value(DATE, wrong)


@pytest.mark.parametrize("role", [Role.IDENTITY, Role.PROTECTED, Role.OUTCOME])
def test_a_personal_value_is_never_told(role):
    with pytest.raises(FieldRefused) as refused:
        checked_value(Column("Age", Kind.NUMBER, role), "Mary Poppins")

    assert str(refused.value) == "expected a number"


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.decimals(),
    st.binary(),
    st.lists(st.integers()),
)


@settings(deadline=None, max_examples=300)
@given(column=st.sampled_from(EVERY_KIND), value=anything)
def test_any_value_is_kept_in_its_own_form_or_refused(column, value):
    try:
        kept = checked_value(column, value)
    except FieldRefused:
        return

    assert checked_value(column, kept) == kept
    assert kept is None or isinstance(kept, float if column.kind is Kind.NUMBER else str)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (NUMBER, "Ann Lee", False),
        (LISTED, "Ann Lee", False),
        (OPEN, "a\x00b", False),
        (FLAG, "2", False),
        (DATE, "1990-02-31", False),
        (NUMBER, "101", True),
        (NUMBER, 101.5, True),
    ],
)
def test_a_refusal_can_be_kept_without_the_text_of_the_cell(column, value, told):
    with pytest.raises(FieldRefused, match="got") as refused:
        checked_value(column, value)

    assert ("got" in refused.value.without_text) == told
    assert str(refused.value).startswith(refused.value.without_text)
