"""From the body of a prediction request to what is to be scored."""

from collections.abc import Mapping
from itertools import islice

from stayline.domain.score_request import ScoreRequest
from stayline.errors import FieldProblem, RequestRefused
from stayline.web.bodies import CSV, JSON, checked_id, media_type, read_csv, read_json_object

EMPLOYEE_ID = "employee_id"
INSTANCES = "instances"
MOST_NAMES = 1000


def score_requests(
    body: bytes, content_type: str | None, *, max_instances: int
) -> tuple[list[ScoreRequest], bool]:
    """Return the rows to score, and whether they came as a batch.

    Raises `RequestRefused` for no or too many rows and for what is no row, naming all of these;
    `BadBody` and `WrongContentType`.
    """
    if media_type(content_type, (JSON, CSV)) == CSV:
        rows = list(islice(read_csv(body), max_instances + 1))
        return _batch(rows, max_instances), True
    given = read_json_object(body)
    if INSTANCES not in given:
        return [_request(given, "")], False
    problems = [
        FieldProblem(name, f"is not allowed beside {INSTANCES!r}")
        for name in given
        if name != INSTANCES
    ]
    instances = given[INSTANCES]
    if not isinstance(instances, list):
        problems.append(FieldProblem(INSTANCES, "expected an array of objects"))
    if problems or not isinstance(instances, list):
        raise RequestRefused(problems)
    return _batch(instances, max_instances), True


def _batch(rows: list[object] | list[dict[str, object]], most: int) -> list[ScoreRequest]:
    if not 1 <= len(rows) <= most:
        got = f"more than {most}" if rows else "none"
        raise RequestRefused([FieldProblem(INSTANCES, f"expected 1 to {most} rows, got {got}")])
    requests: list[ScoreRequest] = []
    problems: list[FieldProblem] = []
    for number, row in enumerate(rows):
        path = f"{INSTANCES}[{number}]"
        if not isinstance(row, dict):
            problems.append(FieldProblem(path, "expected an object"))
            continue
        try:
            requests.append(_request(row, path))
        except RequestRefused as refusal:
            problems += refusal.problems
    if problems:
        raise RequestRefused(problems)
    return requests


def _request(row: Mapping[str, object], path: str) -> ScoreRequest:
    if len(row) > MOST_NAMES:
        expected = f"expected at most {MOST_NAMES} names in a row, got {len(row)}"
        raise RequestRefused([FieldProblem(path or "body", expected)])
    fields = {name: value for name, value in row.items() if name != EMPLOYEE_ID}
    request = ScoreRequest(None, fields, path)
    if row.get(EMPLOYEE_ID) is None:
        return request
    return ScoreRequest(checked_id(row[EMPLOYEE_ID], request.at(EMPLOYEE_ID)), fields, path)
