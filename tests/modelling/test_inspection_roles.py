import polars as pl
import pytest

from stayline.domain.workforce_schema import LabelColumn
from stayline.modelling.inspection.readings import read_columns
from stayline.modelling.inspection.roles import guessed_roles


def outcome(name, words, rows=60):
    values = [words[n % len(words)] for n in range(rows)]
    frame = pl.DataFrame({"Id": [str(n) for n in range(rows)], name: values})
    return guessed_roles(read_columns(frame, {})).outcome


@pytest.mark.parametrize(
    ("name", "words", "positive"),
    [
        ("Attrition", ["Yes", "No"], ("Yes",)),
        ("STATUS", ["ACTIVE", "TERMINATED"], ("TERMINATED",)),
        ("left", ["0", "1"], ("1",)),
        ("is_active", ["0", "1"], ("0",)),
        ("Employed", ["true", "false"], ("false",)),
        ("Attrition", ["Yes", "No", "yes"], ("Yes", "yes")),
        (
            "EmploymentStatus",
            ["Active", "Voluntarily Terminated", "Terminated for Cause"],
            ("Terminated for Cause", "Voluntarily Terminated"),
        ),
    ],
)
def test_the_outcome_is_found_with_the_words_that_mean_left(name, words, positive):
    assert outcome(name, words) == LabelColumn(name, positive)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("OverTime", ["Yes", "No"]),
        ("Gender", ["F", "M"]),
        ("ContractStatus", ["Permanent", "Temporary"]),
        ("LeavingReason", ["Resignation", "Dismissal"]),
        ("Side", ["left", "right", "middle"]),
    ],
)
def test_other_columns_of_few_words_are_no_outcome(name, words):
    assert outcome(name, words) is None


def test_the_key_of_a_panel_is_the_column_unique_with_a_varying_date():
    rows = [
        (p, f"2020-{m:02d}-01", "2015-03-04", 100 * p + m) for p in range(30) for m in range(1, 9)
    ]
    frame = pl.DataFrame(
        rows, schema=["payroll_no", "as_of", "hire_date", "salary"], orient="row"
    ).cast(pl.String)
    roles = guessed_roles(read_columns(frame, {}))
    assert (roles.identifier, roles.event_time) == ("payroll_no", "as_of")


def test_a_salary_unique_to_each_row_is_no_identifier():
    frame = pl.DataFrame({"salary": [str(n * 37 % 9973 * 10) for n in range(1, 300)]})
    assert guessed_roles(read_columns(frame, {})).identifier is None
