import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.errors import FieldProblem, RequestRefused
from stayline.formats.content_types import Form
from stayline.formats.invocation_rows import ModelColumns, read_rows
from stayline.formats.request_text import BodyUnreadable

INPUTS = ("Age band", "Income", "OverTime")


def decoded(cells):
    if cells[0] == 9:
        raise RequestRefused([FieldProblem("Income", "its cells are no number")])
    return {
        name: None if math.isnan(cell) else cell for name, cell in zip(INPUTS, cells, strict=True)
    }


COLUMNS = ModelColumns(
    known=lambda: frozenset({*INPUTS, "Gender"}),
    inputs=lambda: INPUTS,
    width=lambda: 3,
    decode=decoded,
)


def rows(body, form, most=5):
    read = read_rows(body if isinstance(body, bytes) else body.encode(), form, COLUMNS, most=most)
    return [(row.employee_id, dict(row.fields)) for row in read]


def test_csv_in_model_order_has_one_cell_an_input_and_an_empty_cell_is_missing():
    assert rows("a,5,\n,6,Yes\n", Form.CSV) == [
        (None, {"Age band": "a", "Income": "5", "OverTime": None}),
        (None, {"Age band": None, "Income": "6", "OverTime": "Yes"}),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_the_first_line_has_most_of(separator):
    assert rows(separator.join(('"a,,;;||"', "5", "Yes")), Form.CSV) == [
        (None, {"Age band": "a,,;;||", "Income": "5", "OverTime": "Yes"})
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_header_is_known_by_its_names_in_any_order(end):
    assert rows(f"OverTime, employee_id{end or chr(10)}Yes,17{end}", Form.CSV) == [
        ("17", {"OverTime": "Yes"})
    ]


def test_one_cell_a_line_is_an_id():
    assert rows("17\n 18 \n\n", Form.CSV) == [("17", {}), ("18", {})]


@pytest.mark.parametrize(
    "body",
    [
        {"instances": [{"Income": 5}]},
        {"Income": 5},
        {"instances": [{"features": [None, 5, None]}]},
        {"features": [None, 5, None]},
        [[None, 5, None]],
    ],
)
def test_json_in_each_of_its_forms_is_the_same_row(body):
    ((who, fields),) = rows(json.dumps(body), Form.JSON)
    assert who is None
    assert {name: value for name, value in fields.items() if value is not None} == {"Income": 5}


def test_a_line_of_json_lines_is_an_object_features_or_an_array():
    body = '{"employee_id": 17}\n\n{"features": ["a", 5, "Yes"]}\r\n["a", 5, "Yes"]'
    fields = {"Age band": "a", "Income": 5, "OverTime": "Yes"}
    assert rows(body, Form.JSON_LINES) == [("17", {}), (None, fields), (None, fields)]


def test_what_libsvm_leaves_out_is_missing_and_its_label_is_passed_over():
    assert rows("1 1:5.5\n0:2 2:1\n", Form.LIBSVM) == [
        (None, {"Age band": None, "Income": 5.5, "OverTime": None}),
        (None, {"Age band": 2.0, "Income": None, "OverTime": 1.0}),
    ]


def test_cells_that_no_value_has_are_named_with_their_row():
    with pytest.raises(RequestRefused) as refusal:
        rows("1:5\n0:9\n", Form.LIBSVM)
    assert [problem.path for problem in refusal.value.problems] == ["instances[1].Income"]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", Form.CSV),
        (b" \n", Form.JSON),
        (b"\xff", Form.CSV),
        ("{", Form.JSON),
        ("[1]\n{", Form.JSON_LINES),
        ('Income,OverTime\n"5', Form.CSV),
        ("Income,OverTime\n5\n", Form.CSV),
        ("Income,Income\n5,6\n", Form.CSV),
        ("a b", Form.LIBSVM),
        ("3:1", Form.LIBSVM),
        ("0:1 0:2", Form.LIBSVM),
        ("-1:1", Form.LIBSVM),
        ("0:inf", Form.LIBSVM),
        ("0:1_0", Form.LIBSVM),
        ("²:1", Form.LIBSVM),
        ("yes 0:1", Form.LIBSVM),
    ],
)
def test_what_is_not_of_its_form_cannot_be_read(body, form):
    with pytest.raises(BodyUnreadable):
        rows(body, form)


@pytest.mark.parametrize(
    ("body", "form", "path"),
    [
        ("a,5\n", Form.CSV, "instances[0]"),
        ("[[1, 2]]", Form.JSON, "instances[0]"),
        ("[[1, 2, 3], 4]", Form.JSON, "instances[1]"),
        ("4", Form.JSON, "body"),
        ("[]", Form.JSON, "instances"),
        ('{"instances": 4}', Form.JSON, "instances"),
        ('{"instances": [], "Income": 1}', Form.JSON, "Income"),
        ('{"features": [1]}', Form.JSON, "body"),
        ("null\n", Form.JSON_LINES, "instances[0]"),
        ("1\n" * 6, Form.CSV, "instances"),
        ("[1, 2, 3]\n" * 6, Form.JSON_LINES, "instances"),
        ("0:1\n" * 6, Form.LIBSVM, "instances"),
        ("x" * 65, Form.CSV, "instances[0].employee_id"),
    ],
)
def test_what_is_no_row_is_named(body, form, path):
    with pytest.raises(RequestRefused) as refusal:
        rows(body, form)
    assert path in [problem.path for problem in refusal.value.problems]


@given(body=st.binary(max_size=60) | st.text("0123:,;\n\"'[]{}a ", max_size=60).map(str.encode))
@pytest.mark.parametrize("form", list(Form))
def test_any_bytes_are_rows_or_a_refusal(form, body):
    with contextlib.suppress(BodyUnreadable, RequestRefused):
        assert 1 <= len(rows(body, form)) <= 5


_CELLS = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=4))
def test_json_arrays_are_read_back_as_they_were_written(values):
    expected = [(None, dict(zip(INPUTS, row, strict=True))) for row in values]
    assert rows(json.dumps(values), Form.JSON) == expected
    assert rows("\n".join(json.dumps(row) for row in values), Form.JSON_LINES) == expected


@given(
    st.lists(
        st.tuples(
            *[st.none() | st.floats(allow_nan=False, allow_infinity=False, min_value=10)] * 3
        ),
        min_size=1,
        max_size=4,
    ).filter(lambda rows: all(any(cell is not None for cell in row) for row in rows))
)
def test_libsvm_is_read_back_as_it_was_written(values):
    lines = [
        " ".join(f"{at}:{cell!r}" for at, cell in enumerate(row) if cell is not None)
        for row in values
    ]
    expected = [(None, dict(zip(INPUTS, row, strict=True))) for row in values]
    assert rows("\n".join(lines), Form.LIBSVM) == expected
