import polars as pl
import pytest

from stayline.domain.workforce_schema import Kind, Role
from stayline.modelling.inspection.readings import read_columns
from stayline.modelling.inspection.spelling import misspellings
from stayline.modelling.inspection.value_findings import value_findings


def reading(cells, name="Col"):
    return read_columns(pl.DataFrame({name: cells}), {})[name]


def findings(cells, name="Col", role=Role.FEATURE, is_typed=False):
    found = value_findings(reading(cells, name), role, is_typed=is_typed)
    return {finding.kind: finding for finding in found}


@pytest.mark.parametrize(
    ("cells", "kind", "categories"),
    [
        (["1", "2", "3", "3"], Kind.ORDINAL, ("1", "2", "3")),
        (["0", "1", "1"], Kind.FLAG, ("0", "1")),
        (["Yes", "No", "No"], Kind.FLAG, ("No", "Yes")),
        (["1", "4", "9"], Kind.NUMBER, ()),
        (["1.5", "2", "3"], Kind.NUMBER, ()),
        (["Sales", "Legal", "Legal"], Kind.CATEGORY, ()),
        (["2024-02-29", "2023-01-01"], Kind.DATE, ()),
        ([None, None], Kind.CATEGORY, ()),
    ],
)
def test_the_kind_follows_from_the_values(cells, kind, categories):
    read = reading(pl.Series(cells, dtype=pl.String))
    assert (read.kind, read.categories) == (kind, categories)


def test_numbers_that_name_things_are_categories():
    assert reading(["35", "2", "46"], "store_name").kind is Kind.CATEGORY


def test_day_and_month_are_ordered_by_what_fits_all_rows():
    read = reading(["03/04/2020", "25/12/2020", "01/02/2021"])
    assert read.dates.formats == (("%d/%m/%Y", 3),)
    assert str(read.values[0]) == "2020-04-03"


def test_mixed_formats_and_orders_are_counted_by_row():
    found = findings(["12/31/2020", "11/30/2020", "31/12/2020", "2020-01-01", "10/10/2020"])
    assert found["mixed_dates"].count == 2
    assert "%m/%d/%Y (3)" in found["mixed_dates"].message


def test_a_time_of_day_belongs_to_the_format():
    assert reading(["12/31/2006 0:00"]).dates.formats == (("%m/%d/%Y %H:%M", 1),)


def test_two_digit_years_sentinels_and_day_numbers_are_told_apart():
    assert findings(["1/2/98", "3/4/99"])["two_digit_year"].count == 2
    assert findings(["1/1/1900"] * 3 + ["5/6/2010"])["sentinel_date"].count == 3
    assert findings(["2020-01-01"] * 9 + ["43831"] * 2)["excel_date"].count == 2
    assert findings(["43831", "43900", "44100"], "StartDate")["excel_date"].count == 3
    assert not findings(["43831", "43900", "44100"], "Income")


def test_a_sentinel_reads_as_missing_and_a_rare_birthday_does_not():
    assert reading(["1900-01-01", "2020-05-05"]).values.null_count() == 1
    born = ["1970-01-01", *(f"1980-03-{day:02d}" for day in range(1, 29))]
    assert "sentinel_date" not in findings(born, "BornOn")


def test_cells_that_spoil_a_number_or_date_column_are_counted():
    assert findings(["1.5"] * 40 + ["ask HR"])["number_as_text"].count == 1
    assert findings(["2020-01-01"] * 40 + ["soon"])["mixed_dates"].count == 1


@pytest.mark.parametrize("cells", [["$1,200", "$900"], ["12 %", "7 %"], ["3 years", "11 years"]])
def test_numbers_with_ornament_are_numbers_stored_as_text(cells):
    assert findings(cells)["number_as_text"].count == 2
    assert reading(cells).kind is not Kind.CATEGORY


def test_plain_numbers_as_text_count_only_where_the_file_could_hold_numbers():
    assert "number_as_text" not in findings(["10", "25"])
    assert findings(["10", "25"], is_typed=True)["number_as_text"].count == 2


def test_padding_and_case_are_counted_and_shown_only_for_open_columns():
    cells = ["Sales"] * 9 + ["Sales ", "SALES", "Legal", " Legal"]
    for _ in range(20):
        assert findings(cells)["padded_category"].count == 3
    assert "SALES" not in findings(cells, role=Role.PROTECTED)["padded_category"].message
    assert "padded_category" not in findings(["Sales", "Legal", "Sales"])


def test_mojibake_is_told_from_honest_accents():
    assert findings(["KÃ¶ln", "Köln", "São Paulo", "Âge"])["mojibake"].count == 1


def test_categories_that_excel_made_dates_are_found_among_others():
    assert findings(["1-Mar", "4-6", "7-9", "4-6"])["excel_date"].count == 1
    assert "excel_date" not in findings(["Jan-20", "Feb-20", "Mar-20"])


def test_missing_values_weigh_more_when_there_are_many():
    assert findings(["x", "y", "x", None])["missing_values"].severity == "note"
    assert findings(["x", None, None, "y"])["missing_values"].severity == "warning"
    assert "missing_values" not in findings(["x", "y", None], role=Role.OUTCOME)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("New Westminister", "New Westminster"),
        ("Human Resorces", "Human Resources"),
        ("Saels", "Sales"),
        ("Marketin", "Marketing"),
    ],
)
def test_a_rare_value_one_edit_from_a_common_one_is_a_slip(slip, meant):
    assert [m.value for m in misspellings({meant: 200, slip: 3})] == [slip]


@pytest.mark.parametrize("word", ["Resignaton", "Accounts Receiveable", "CHief Officer"])
def test_a_slip_is_known_without_its_right_spelling_in_the_column(word):
    assert [m.value for m in misspellings({word: 200, "Other": 100})] == [word]


@pytest.mark.parametrize(
    "values",
    [
        {"Engineer I": 90, "Engineer II": 20, "Engineer III": 3},
        {"Boston": 90, "Bolton": 20},
        {"Manager": 90, "Managers": 1},
        {"Contact Centre": 50, "Contractor": 9, "Rehired": 5, "Retired": 50},
        {"Band 12": 90, "Band 13": 1, "Q1-2020": 80, "Q2-2020": 1},
        {"Accounting": 90, "Accountant": 4, "Director": 60, "Directory": 9},
        {"Male": 90, "Female": 80, "Healthcare": 9, "Health": 90},
    ],
)
def test_values_that_are_only_alike_are_no_slips(values):
    assert misspellings(values) == []


@pytest.mark.parametrize(
    "cells",
    [
        ["John Smithson"] * 60 + ["John Smihtson"] + ["Ann Lee"] * 20 + ["Lee, Ann"] * 20,
        ["JOHN SMITHSON"] * 60 + ["John Smithson "] + ["ANN O'HARA"] * 20 + ["A. B. MEIER"] * 20,
        ["jsmith@example.com"] * 60 + ["jsmith@Example.com "] + ["lee@example.com"] * 30,
    ],
)
def test_a_name_or_an_address_is_counted_and_never_shown(cells):
    found = findings(cells, "Recruiter")
    odd = [found[kind] for kind in ("misspelt_category", "padded_category") if kind in found]
    assert odd
    assert sum(finding.count for finding in odd) >= 1
    for finding in found.values():
        assert not any(word in finding.message.lower() for word in ("smith", "lee", "hara"))


def test_departments_and_places_are_no_names():
    rows = ["Human Resources"] * 40 + ["Human Resorces"] + ["Research & Development"] * 40
    assert "Human Resorces" in findings(rows)["misspelt_category"].message
    places = ["New Westminster"] * 90 + ["New Westminister"] * 9 + ["Vancouver", "Victoria"] * 40
    assert "New Westminister" in findings(places, "city_name")["misspelt_category"].message
