"""What is asked to be scored, and what its fields are worth to a model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.light_values import light_value
from stayline.domain.risk_score import FieldReport, FieldValue
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import FieldProblem, RequestRefused


@light_value
class ScoreRequest:
    """One row to score: a person by HR id, fields, or both; fields override the stored ones.

    ``path`` is where the row stands in a batch (``instances[3]``), for messages.
    """

    employee_id: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    path: str = ""

    def at(self, name: str) -> str:
        """Return where a name of this row stands in the whole request."""
        return f"{self.path}.{name}" if self.path else name


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """How a whole request wants to be answered, and what it calls itself.

    ``target_variant`` names the variant that must answer. ``inference_id`` and
    ``custom_attributes`` are the caller's own words, kept with the capture; ``content_type`` and
    ``accept`` are those of the body and its answer.
    """

    with_reasons: bool = True
    target_variant: str | None = None
    inference_id: str | None = None
    custom_attributes: tuple[str, ...] = field(default=(), repr=False)
    content_type: str = "application/json"
    accept: str = "application/json"


AS_USUAL = ScoreOptions()


@light_value
class Ask:
    """What one caller, ``actor``, wants scored: every request is answered, or none is."""

    requests: Sequence[ScoreRequest]
    actor: str
    options: ScoreOptions = AS_USUAL


def checked_fields(
    requests: Sequence[ScoreRequest], *, schema: WorkforceSchema, inputs: Collection[str]
) -> list[dict[str, FieldValue]]:
    """Return the model inputs that each request gives, checked; None is given as missing.

    ``inputs`` is asked for each field, so it had better be a mapping or a set.
    Raises `RequestRefused` with everything that is wrong in any of them: a value that its column
    cannot hold, or neither a person nor any value to score.
    """
    problems: list[FieldProblem] = []
    checked = [_checked(request, schema, inputs, problems) for request in requests]
    if problems:
        raise RequestRefused(problems)
    return checked


def field_report(
    request: ScoreRequest,
    *,
    given: Mapping[str, FieldValue],
    values: Mapping[str, FieldValue],
    schema: WorkforceSchema,
) -> FieldReport:
    """Return where each of the model's ``values`` came from, and what else the request named."""
    missing = [n for n, value in values.items() if value is None] if None in values.values() else []
    others = [name for name in request.fields if name not in values]
    if not missing and not others:
        return _all_there(tuple(given), tuple(values))
    present = [name for name in values if name not in missing]
    return FieldReport(
        request=tuple([name for name in present if name in given]),
        store=tuple([name for name in present if name not in given]),
        missing=tuple(missing),
        ignored=tuple(name for name in others if schema.column(name)),
        unknown=tuple(name for name in others if not schema.column(name)),
    )


@lru_cache(maxsize=256)  # requests mostly give the same few inputs of one model
def _all_there(given: Sequence[str], inputs: Sequence[str]) -> FieldReport:
    """Return the report of a row that lacks nothing, and of which nothing is left over."""
    return FieldReport(
        request=tuple(name for name in inputs if name in given),
        store=tuple(name for name in inputs if name not in given),
    )


def _checked(
    request: ScoreRequest,
    schema: WorkforceSchema,
    inputs: Collection[str],
    problems: list[FieldProblem],
) -> dict[str, FieldValue]:
    before = len(problems)
    given: dict[str, FieldValue] = {}
    for name in request.fields:
        column = schema.column(name)
        if column is None or name not in inputs:
            continue
        try:
            given[name] = checked_value(column, request.fields[name])
        except FieldRefused as refusal:
            problems.append(FieldProblem(request.at(name), str(refusal)))
    says_nothing = request.employee_id is None and all(value is None for value in given.values())
    if says_nothing and len(problems) == before:
        problems.append(
            FieldProblem(request.at("employee_id"), _nothing_to_score(request, schema, inputs))
        )
    return given


def _nothing_to_score(
    request: ScoreRequest, schema: WorkforceSchema, inputs: Collection[str]
) -> str:
    expected = "give an employee_id, or at least one field that the model reads"
    unread = [c.name for c in schema.columns if c.name in request.fields and c.name not in inputs]
    if not unread:
        return expected
    return f"{expected}; known, but no input of this model: {', '.join(unread)}"
