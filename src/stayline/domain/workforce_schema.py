"""What each column of an HR extract is, and what may be done with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stayline.domain.alert_policy import AlertPolicy, RecallAtPrecision
from stayline.domain.gate_policy import GatePolicy
from stayline.domain.sensitive_columns import looks_protected, refusal_of
from stayline.domain.treated_people import TreatedPolicy
from stayline.errors import SchemaRefused

MINIMUM_JUSTIFICATION = 20
LONGEST_HORIZON_MONTHS = 60
_RESERVED = frozenset({"token", "event_time", "write_time", "as_of", "known_by"})
"""Names that the stores' own columns have."""


class Kind(StrEnum):
    """How the values of a column are read."""

    NUMBER = "number"
    ORDINAL = "ordinal"
    CATEGORY = "category"
    DATE = "date"
    FLAG = "flag"


class Role(StrEnum):
    """What a column is for. Only ``FEATURE`` columns become model inputs on their own."""

    FEATURE = "feature"
    PROTECTED = "protected"
    SEGMENT = "segment"
    IDENTITY = "identity"
    OUTCOME = "outcome"
    FORBIDDEN = "forbidden"
    IGNORED = "ignored"


class IdentityPart(StrEnum):
    """What an identity column tells the `Directory`."""

    RECORD_IDENTIFIER = "record_identifier"
    DISPLAY_NAME = "display_name"
    MANAGER = "manager"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the extract.

    ``categories`` is the domain of a category, the order (low to high) of an ordinal, or the two
    words of a flag (no first). Empty means: learned from the data. ``minimum`` and ``maximum``
    bound a number or a numeric ordinal, inclusive. ``date_formats`` are strptime formats
    tried in order. ``justification`` is the written reason that lets a protected column become a
    model input.
    """

    name: str
    kind: Kind
    role: Role
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    date_formats: tuple[str, ...] = ()
    part: IdentityPart | None = None
    justification: str = ""
    note: str = ""

    @property
    def is_model_input(self) -> bool:
        """Whether a model may see this column."""
        return self.role is Role.FEATURE or (
            self.role is Role.PROTECTED and bool(self.justification)
        )


@dataclass(frozen=True, slots=True)
class LabelColumn:
    """The outcome is a column of the row itself; ``positive`` are the values that mean "left"."""

    column: str
    positive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeavingWithin:
    """The outcome is: left for a voluntary reason within ``horizon_months`` after the snapshot.

    ``date_column`` holds the last day, empty while employed; ``reason_column`` the reason, of which
    ``voluntary`` lists the voluntary ones.
    """

    date_column: str
    reason_column: str
    voluntary: tuple[str, ...]
    horizon_months: int


Outcome = LabelColumn | LeavingWithin


@dataclass(frozen=True, slots=True)
class WorkforceSchema:
    """The agreed reading of one company's extract; built by `workforce_schema` only.

    ``event_time`` names the date column that says when a row was true; None for a cross-section,
    whose date is given at import. ``protected_age_from`` is the age band edge for audits.
    ``gates`` are the limits a new model is judged by; ``deploys_automatically`` lets a rule approve
    and deploy a model that passed all gates without a waiver. ``treated`` is what training does
    about people who got a retention action.
    """

    name: str
    record_identifier: str
    columns: tuple[Column, ...]
    outcome: Outcome
    event_time: str | None = None
    protected_age_from: int = 40
    policy: AlertPolicy = field(default_factory=RecallAtPrecision)
    gates: GatePolicy = field(default_factory=GatePolicy)
    deploys_automatically: bool = False
    treated: TreatedPolicy = TreatedPolicy.KEEP
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {column.name: column for column in reversed(self.columns)}
        object.__setattr__(self, "_by_name", by_name)

    @property
    def is_panel(self) -> bool:
        """Whether the same person appears at several times."""
        return self.event_time is not None

    @property
    def model_inputs(self) -> tuple[Column, ...]:
        """The columns a model may see, in schema order."""
        return tuple(column for column in self.columns if column.is_model_input)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns the feature store keeps: model inputs and segments, in schema order."""
        return tuple(c for c in self.columns if c.is_model_input or c.role is Role.SEGMENT)

    @property
    def justified(self) -> tuple[Column, ...]:
        """The protected columns that a written justification makes model inputs."""
        return tuple(c for c in self.columns if c.role is Role.PROTECTED and c.is_model_input)

    def column(self, name: str) -> Column | None:
        """Return the column of that exact name, or None."""
        return self._by_name.get(name)

    def with_role(self, *roles: Role) -> tuple[Column, ...]:
        """Return the columns that have one of these roles, in schema order."""
        return tuple(column for column in self.columns if column.role in roles)


def workforce_schema(
    *,
    name: str,
    record_identifier: str,
    columns: Iterable[Column],
    outcome: Outcome,
    event_time: str | None = None,
    protected_age_from: int = 40,
    policy: AlertPolicy | None = None,
    gates: GatePolicy | None = None,
    deploys_automatically: bool = False,
    treated: TreatedPolicy = TreatedPolicy.KEEP,
) -> WorkforceSchema:
    """Return a schema that keeps every rule, or raise `SchemaRefused` naming all that it breaks."""
    schema = WorkforceSchema(
        name=name,
        record_identifier=record_identifier,
        columns=tuple(columns),
        outcome=outcome,
        event_time=event_time,
        protected_age_from=protected_age_from,
        policy=policy or RecallAtPrecision(),
        gates=gates or GatePolicy(),
        deploys_automatically=deploys_automatically,
        treated=treated,
    )
    problems = [
        *_structure_problems(schema),
        *_conduct_problems(schema),
        *schema.gates.problems(),
    ]
    if problems:
        raise SchemaRefused(name, problems)
    return schema


def _structure_problems(schema: WorkforceSchema) -> Iterable[str]:
    names = [column.name for column in schema.columns]
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        yield f"column {repeated!r} is listed more than once; keep one entry"
    if not schema.model_inputs:
        yield "no column has the role 'feature'; a model needs at least one input"
    identifier = schema.column(schema.record_identifier)
    if identifier is None or identifier.role is not Role.IDENTITY:
        yield (
            f"record_identifier {schema.record_identifier!r} must be a listed column "
            "with role 'identity'"
        )
    if schema.event_time is not None:
        event_time = schema.column(schema.event_time)
        if event_time is None or event_time.kind is not Kind.DATE:
            yield f"event_time {schema.event_time!r} must be a listed column of kind 'date'"
        elif event_time.is_model_input:
            yield f"event_time {schema.event_time!r} cannot be a feature; give it role 'ignored'"
    yield from _outcome_problems(schema)
    for column in schema.columns:
        yield from _column_problems(column)


def _outcome_problems(schema: WorkforceSchema) -> Iterable[str]:
    outcome = schema.outcome
    if isinstance(outcome, LabelColumn):
        needed = [outcome.column]
        if not outcome.positive:
            yield "outcome.positive must list at least one value that means the person left"
    else:
        needed = [outcome.date_column, outcome.reason_column]
        if schema.event_time is None:
            yield "an outcome with a leaving date needs an event_time column"
        if not 1 <= outcome.horizon_months <= LONGEST_HORIZON_MONTHS:
            yield (
                f"outcome.horizon_months is {outcome.horizon_months}; expected 1 to "
                f"{LONGEST_HORIZON_MONTHS}"
            )
        if not outcome.voluntary:
            yield "outcome.voluntary must list at least one voluntary reason"
    for name in needed:
        column = schema.column(name)
        if column is None or column.role is not Role.OUTCOME:
            yield f"outcome column {name!r} must be listed with role 'outcome'"


def _column_problems(column: Column) -> Iterable[str]:
    is_stored = column.role in (Role.FEATURE, Role.PROTECTED, Role.SEGMENT)
    if is_stored and column.name.casefold() in _RESERVED:
        yield f"column {column.name!r} has a name that the stores use; rename it in the extract"
    if column.kind is Kind.ORDINAL and not column.categories:
        yield f"ordinal column {column.name!r} needs its categories, from low to high"
    if column.kind is Kind.FLAG and len(column.categories) not in (0, 2):
        yield f"flag column {column.name!r} needs two categories, no first, or none"
    if len(set(column.categories)) != len(column.categories):
        yield f"column {column.name!r} lists a category twice"
    if (
        column.minimum is not None
        and column.maximum is not None
        and column.minimum > column.maximum
    ):
        yield f"column {column.name!r} has minimum {column.minimum} above maximum {column.maximum}"


def _conduct_problems(schema: WorkforceSchema) -> Iterable[str]:
    for column in schema.columns:
        refusal = refusal_of(column.name)
        if column.is_model_input and refusal:
            yield (
                f"column {column.name!r} looks like {refusal}, which is never a feature; "
                "give it role 'forbidden'"
            )
        if column.role in (Role.FEATURE, Role.SEGMENT) and looks_protected(column.name):
            yield (
                f"column {column.name!r} looks like a protected attribute; give it role "
                "'protected', with a written justification if a model must see it"
            )
        if column.justification and column.role is not Role.PROTECTED:
            yield f"column {column.name!r} has a justification but is not 'protected'"
        if 0 < len(column.justification.strip()) < MINIMUM_JUSTIFICATION:
            yield (
                f"the justification of protected column {column.name!r} needs at least "
                f"{MINIMUM_JUSTIFICATION} characters"
            )
        elif column.justification and not column.justification.strip():
            yield f"the justification of protected column {column.name!r} is blank"
