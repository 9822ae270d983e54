"""Of whom scores may be made and shown while a pilot runs: people with certain stored values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.risk_score import FieldValue
from stayline.domain.sensitive_columns import looks_protected
from stayline.domain.workforce_schema import Column, Kind, Role, WorkforceSchema
from stayline.errors import ScopeRefused

_SCOPE_KINDS = (Kind.CATEGORY, Kind.ORDINAL, Kind.FLAG)


@dataclass(frozen=True, slots=True)
class RolloutScope:
    """Who is in: people whose stored value of every column is one of those named for it.

    Without a column everybody is in; a scope that is ``closed`` has nobody in it.

    >>> sales = RolloutScope((("Department", ("Sales", "Support")),))
    >>> sales.includes({"Department": "Sales"}), sales.includes({"Department": None})
    (True, False)
    """

    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    closed: bool = False

    def includes(self, values: Mapping[str, FieldValue]) -> bool:
        """Whether a person of these stored values is in; a missing value never is."""
        for name, allowed in self.where:
            if values.get(name) not in allowed:
                return False
        return not self.closed

    def contradictions(self, given: Mapping[str, object]) -> list[str]:
        """Return which fields of nobody in particular describe somebody outside.

        What is not said may be in.

        >>> sales = RolloutScope((("Department", ("Sales",)),))
        >>> sales.contradictions({"OverTime": "Yes"}), sales.contradictions({"Department": "IT"})
        ([], ['Department'])
        """
        said = ((name, _plain(given.get(name)), allowed) for name, allowed in self.where)
        return [name for name, value, allowed in said if value and value not in allowed]

    def __str__(self) -> str:
        if self.closed:
            return "nobody"
        return " and ".join(f"{name} is {' or '.join(some)}" for name, some in self.where) or (
            "everybody"
        )


EVERYONE = RolloutScope()
NOBODY = RolloutScope(closed=True)


def rollout_scope(conditions: Sequence[str], schema: WorkforceSchema) -> RolloutScope:
    """Return the scope of texts such as ``Department=Sales``, or raise `ScopeRefused`.

    Values of one column are alternatives; several columns must all fit. A column must be stored,
    have named values, and say nothing of a protected attribute.
    """
    where: dict[str, list[str]] = {}
    for condition in conditions:
        name, sign, value = (part.strip() for part in condition.partition("="))
        if not (name and sign and value):
            raise ScopeRefused(f"{condition!r} is no condition; write Column=Value")
        where.setdefault(name, []).append(_checked(name, value, schema))
    if not where:
        raise ScopeRefused("no condition is given; write at least one Column=Value")
    return RolloutScope(tuple((name, tuple(dict.fromkeys(some))) for name, some in where.items()))


def _checked(name: str, value: str, schema: WorkforceSchema) -> str:
    column = schema.column(name)
    usable = _usable(schema.stored_columns)
    if column is not None and (column.role is Role.PROTECTED or looks_protected(name)):
        raise ScopeRefused(f"{name!r} is a protected attribute, by which nobody is chosen")
    if column is None or column.name not in usable:
        raise ScopeRefused(f"{name!r} is no column to choose by; there are {', '.join(usable)}")
    try:
        return str(checked_value(column, value))
    except FieldRefused as refusal:
        raise ScopeRefused(f"{name}: {refusal}") from None


def _usable(columns: Iterable[Column]) -> list[str]:
    return [
        column.name
        for column in columns
        if column.kind in _SCOPE_KINDS
        and column.role is not Role.PROTECTED
        and not looks_protected(column.name)
    ]


def _plain(value: object) -> str:
    return str(value).strip() if value is not None else ""
