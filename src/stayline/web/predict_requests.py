"""From the body of a prediction request to what is to be scored."""

from itertools import islice

from stayline.domain.request_rows import INSTANCES, check_count, row_request
from stayline.domain.score_request import ScoreRequest
from stayline.errors import FieldProblem, RequestRefused
from stayline.web.bodies import CSV, JSON, media_type, read_csv, read_json_object


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
        return [row_request(given)], False
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
    check_count(len(rows), most)
    requests: list[ScoreRequest] = []
    problems: list[FieldProblem] = []
    for number, row in enumerate(rows):
        path = f"{INSTANCES}[{number}]"
        if not isinstance(row, dict):
            problems.append(FieldProblem(path, "expected an object"))
            continue
        try:
            requests.append(row_request(row, path))
        except RequestRefused as refusal:
            problems += refusal.problems
    if problems:
        raise RequestRefused(problems)
    return requests
