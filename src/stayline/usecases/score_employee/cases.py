"""What is asked, on its way to being scored: each step takes every case that was not refused."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from stayline.domain.light_values import light_value
from stayline.domain.prediction_ids import prediction_ids
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import FieldReport, FieldValue, Prediction, RiskScore, ScoreSource
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.score_request import Ask, ScoreRequest, checked_fields, field_report
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import (
    FieldProblem,
    HasOptedOut,
    NoLongerEmployed,
    OutsidePilot,
    RequestRefused,
    StaylineError,
    UnknownEmployee,
)
from stayline.ports.endpoint import Endpoint, Variant
from stayline.ports.feature_store import FeatureRecord, FeatureStore
from stayline.ports.opt_out_list import OptOutList


@light_value
class Row:
    """A request made ready: every model input with its checked value (None is missing)."""

    token: EmployeeToken | None
    values: Mapping[str, FieldValue]
    as_of: datetime
    report: FieldReport
    is_what_if: bool


@dataclass(slots=True)
class Case:
    """One ask and how far it has come; a ``refusal`` ends its way."""

    ask: Ask
    tokens: Sequence[EmployeeToken | None]
    now: datetime
    variant: Variant | None = None
    rows: list[Row] = field(default_factory=list)
    scored: list[RiskScore] = field(default_factory=list)
    refusal: StaylineError | None = None

    @property
    def model(self) -> Variant:
        """The variant that answers, once it is chosen."""
        if self.variant is None:
            raise LookupError("no variant was chosen yet")
        return self.variant

    @classmethod
    def of(cls, ask: Ask, token_key: bytes, now: datetime) -> "Case":
        """Return the case of an ask, with the token of each person it names."""
        tokens = [
            None if request.employee_id is None else pseudonym(token_key, request.employee_id)
            for request in ask.requests
        ]
        return cls(ask, tokens, now)


def bar_opted_out(cases: Sequence[Case], opt_outs: OptOutList, *, at: datetime) -> None:
    """Refuse every case that concerns somebody who opted out."""
    barred = opt_outs.opted_out_of(_people(cases), at=at)
    if not barred:
        return
    for case in cases:
        for request, token in zip(case.ask.requests, case.tokens, strict=True):
            if token is not None and token in barred:
                case.refusal = HasOptedOut(token, request.at("employee_id"))
                break


def choose_variant(cases: Sequence[Case], endpoint: Endpoint) -> None:
    """Find out which model answers each case."""
    for case in cases:
        try:
            case.variant = endpoint.variant(
                case.ask.options.target_variant, affinity=case.tokens[0] or ""
            )
        except StaylineError as error:
            case.refusal = error


def make_ready(cases: Sequence[Case], features: FeatureStore, scope: RolloutScope) -> None:
    """Check what is given, and look up what is stored of those whose fields are in order.

    Whoever is not in ``scope`` is refused, and so is a row of nobody that describes such a person.
    """
    schema = features.schema()
    checked: list[tuple[Case, list[dict[str, FieldValue]]]] = []
    for case in cases:
        try:
            fields = checked_fields(case.ask.requests, schema=schema, inputs=case.model.assumed)
        except RequestRefused as refusal:
            case.refusal = refusal
        else:
            checked.append((case, fields))
    people = _people([case for case, _ in checked])
    stored = _Stored({}, set())
    try:
        if people:
            left = features.who_left(people, at=cases[0].now)
            stored = _Stored(features.records(people), left)
    except StaylineError as error:
        for case, _ in checked:
            if _people([case]):
                case.refusal = error
    for case, fields in checked:
        if case.refusal is None:
            try:
                case.rows = _rows(case, fields, schema, stored, scope)
            except (UnknownEmployee, NoLongerEmployed, OutsidePilot, RequestRefused) as refusal:
                case.refusal = refusal


def score(cases: Sequence[Case]) -> None:
    """Let each model score all rows that are its own, at once.

    Variants that are equal are one model at its usual work. One on trial is equal to none but
    itself: what comes of each of its requests is counted.
    """
    together: list[list[Case]] = []
    for case in cases:  # to hash a variant costs more than to find it to be the very same one
        alike = next((some for some in together if _is_alike(some[0], case)), None)
        if alike is None:
            together.append([case])
        else:
            alike.append(case)
    for some in together:
        try:
            _score(some)
        except StaylineError as error:
            for case in some:
                case.refusal = error


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the feature store knows of some people."""

    records: Mapping[EmployeeToken, FeatureRecord]
    have_left: AbstractSet[EmployeeToken]

    def of(self, token: EmployeeToken, path: str) -> FeatureRecord:
        """Return a person's features, or raise why there is nothing to score."""
        record = self.records.get(token)
        if record is None:
            raise UnknownEmployee(token, path)
        if token in self.have_left:
            raise NoLongerEmployed(token, path)
        return record


def _people(cases: Sequence[Case]) -> list[EmployeeToken]:
    return [token for case in cases for token in case.tokens if token is not None]


def _rows(
    case: Case,
    checked: Sequence[Mapping[str, FieldValue]],
    schema: WorkforceSchema,
    stored: _Stored,
    scope: RolloutScope,
) -> list[Row]:
    inputs = case.model.inputs
    return [
        _row(request, token, given, inputs, schema, stored, scope, case.now)
        for request, token, given in zip(case.ask.requests, case.tokens, checked, strict=True)
    ]


def _row(
    request: ScoreRequest,
    token: EmployeeToken | None,
    given: Mapping[str, FieldValue],
    inputs: Sequence[str],
    schema: WorkforceSchema,
    stored: _Stored,
    scope: RolloutScope,
    now: datetime,
) -> Row:
    known: Mapping[str, FieldValue] = {}
    as_of = now
    if token is not None:
        record = stored.of(token, request.at("employee_id"))
        known, as_of = record.values, record.event_time
        if not scope.includes(known):
            raise OutsidePilot(token, request.at("employee_id"))
    elif outside := _outside(request, given, scope):
        raise RequestRefused(outside)
    values = dict(zip(inputs, map(known.get, inputs), strict=True))
    values.update(given)
    report = field_report(request, given=given, values=values, schema=schema)
    return Row(token, values, as_of, report, is_what_if=token is None or bool(given))


def _outside(
    request: ScoreRequest, given: Mapping[str, FieldValue], scope: RolloutScope
) -> list[FieldProblem]:
    """Return what of a row of nobody is outside the scope of the pilot, if one runs."""
    if scope.closed:
        return [FieldProblem(request.at("employee_id"), "the pilot has ended; nobody is scored")]
    if not scope.where:
        return []
    allowed = dict(scope.where)
    return [
        FieldProblem(request.at(name), f"expected {' or '.join(allowed[name])} during the pilot")
        for name in scope.contradictions({**request.fields, **given})
    ]


def _is_alike(case: Case, other: Case) -> bool:
    one, another = case.model, other.model
    is_same_model = one is another or one == another
    return is_same_model and case.ask.options.with_reasons is other.ask.options.with_reasons


def _score(cases: Sequence[Case]) -> None:
    variant = cases[0].model
    with_reasons = cases[0].ask.options.with_reasons
    predictions = iter(
        variant.predict(
            [row.values for case in cases for row in case.rows],
            [row.as_of for case in cases for row in case.rows],
            with_reasons=with_reasons,
        )
    )
    names = prediction_ids(sum(len(case.rows) for case in cases))
    for case in cases:
        case.scored = [
            _scored(next(names), request, row, next(predictions), variant, case)
            for request, row in zip(case.ask.requests, case.rows, strict=True)
        ]


def _scored(
    name: str,
    request: ScoreRequest,
    row: Row,
    prediction: Prediction,
    variant: Variant,
    case: Case,
) -> RiskScore:
    return RiskScore(
        prediction_id=name,
        employee_id=request.employee_id,
        risk=prediction.risk,
        band=prediction.band,
        base_risk=prediction.base_risk,
        reasons=prediction.reasons if case.ask.options.with_reasons else (),
        model=variant.model,
        source=ScoreSource.LIVE,
        scored_at=case.now,
        fields=row.report,
    )
