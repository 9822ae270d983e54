"""Bodies of the ``/invocations`` contract, in any of its forms, as rows to score."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice

from stayline.domain.request_rows import EMPLOYEE_ID, INSTANCES, check_count, row_request
from stayline.domain.risk_score import FieldValue
from stayline.domain.score_request import ScoreRequest
from stayline.errors import FieldProblem, RequestRefused
from stayline.formats.content_types import Form
from stayline.formats.libsvm_text import read_libsvm
from stayline.formats.request_text import (
    BodyUnreadable,
    check_names,
    named_cells,
    read_csv,
    read_json,
    utf8_text,
)

FEATURES = "features"
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """What rows without names are read by; asked for only where a body may have such rows.

    ``known`` returns the names that make a CSV's first row a header, ``inputs`` the model's
    inputs in order; ``width`` how many encoded columns it has, and ``decode`` their named values;
    it raises `RequestRefused` for cells that no value has.
    """

    known: Callable[[], AbstractSet[str]]
    inputs: Callable[[], Sequence[str]]
    width: Callable[[], int]
    decode: Callable[[Sequence[float]], Mapping[str, FieldValue]]


class _Cells(list[float]):
    """Encoded columns, no values."""


def read_rows(body: bytes, form: Form, columns: ModelColumns, *, most: int) -> list[ScoreRequest]:
    """Return the rows of a body, at least one.

    Raises `BodyUnreadable` for what is not of its form, and `RequestRefused` for more than ``most``
    rows and for what is no row, naming all of these.
    """
    text = utf8_text(body)
    if form is Form.CSV:
        return _csv_rows(text, columns, most)
    if form is Form.LIBSVM:
        return _requests([_Cells(row) for row in read_libsvm(text, columns.width())], columns, most)
    if form is Form.JSON_LINES:
        return _requests(_lines(text, most), columns, most)
    return _json_rows(read_json(text), columns, most)


def _csv_rows(text: str, columns: ModelColumns, most: int) -> list[ScoreRequest]:
    rows = list(islice(read_csv(text, _sniffed(text)), most + 2))
    names = [cell.strip() for cell in rows[0]]
    known = columns.known() | {EMPLOYEE_ID}
    if 2 * sum(name in known for name in names) > len(names):
        check_names(names)
        numbered = enumerate(rows[1:], start=2)
        return _requests(
            [named_cells(names, row, number) for number, row in numbered], columns, most
        )
    if all(len(row) == 1 for row in rows) and len(columns.inputs()) != 1:
        return _requests([{EMPLOYEE_ID: row[0]} for row in rows], columns, most)
    return _requests([[cell or None for cell in row] for row in rows], columns, most)


def _sniffed(text: str) -> str:
    """Return the separator that the first line has most of, outside quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _lines(text: str, most: int) -> list[object]:
    rows: list[object] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(read_json(line))
        except BodyUnreadable as unreadable:
            raise BodyUnreadable(f"Line {number} of the JSON Lines: {unreadable}") from None
        if len(rows) > most:
            break
    return rows


def _json_rows(value: object, columns: ModelColumns, most: int) -> list[ScoreRequest]:
    if isinstance(value, list):
        return _requests(value, columns, most)
    if not isinstance(value, dict):
        problem = "expected a JSON object, or an array with one array of values a row"
        raise RequestRefused([FieldProblem("body", problem)])
    if INSTANCES not in value:
        return [_request(value, "", columns)]
    problems = [
        FieldProblem(name, f"is not allowed beside {INSTANCES!r}")
        for name in value
        if name != INSTANCES
    ]
    instances = value[INSTANCES]
    if not isinstance(instances, list):
        problems.append(FieldProblem(INSTANCES, "expected an array of rows"))
    if problems or not isinstance(instances, list):
        raise RequestRefused(problems)
    return _requests(instances, columns, most)


def _requests(rows: Sequence[object], columns: ModelColumns, most: int) -> list[ScoreRequest]:
    check_count(len(rows), most)
    requests: list[ScoreRequest] = []
    problems: list[FieldProblem] = []
    for number, row in enumerate(rows):
        try:
            requests.append(_request(row, f"{INSTANCES}[{number}]", columns))
        except RequestRefused as refusal:
            problems += refusal.problems
    if problems:
        raise RequestRefused(problems)
    return requests


def _request(row: object, path: str, columns: ModelColumns) -> ScoreRequest:
    """Return the row of an object, of an array in model order, or of one under ``features``."""
    if isinstance(row, dict) and row.keys() == {FEATURES} and isinstance(row[FEATURES], list):
        row = row[FEATURES]
    if isinstance(row, dict):
        return row_request(row, path)
    if isinstance(row, _Cells):
        return ScoreRequest(None, _decoded(row, path, columns), path)
    if isinstance(row, list):
        return ScoreRequest(None, _in_model_order(row, path, columns.inputs()), path)
    raise RequestRefused([FieldProblem(path, "expected an object, or an array in model order")])


def _decoded(cells: Sequence[float], path: str, columns: ModelColumns) -> Mapping[str, object]:
    try:
        return columns.decode(cells)
    except RequestRefused as refusal:
        raise RequestRefused(
            [
                FieldProblem(f"{path}.{problem.path}", problem.message)
                for problem in refusal.problems
            ]
        ) from None


def _in_model_order(
    values: Iterable[object], path: str, inputs: Sequence[str]
) -> dict[str, object]:
    cells = list(values)
    if len(cells) != len(inputs):
        expected = f"expected {len(inputs)} values, in the model's order, got {len(cells)}"
        raise RequestRefused([FieldProblem(path or "body", expected)])
    return dict(zip(inputs, cells, strict=True))
