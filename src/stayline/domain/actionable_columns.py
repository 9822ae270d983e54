"""What a company can change about somebody's work, and what it may never be asked to weigh."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from stayline.domain.decisions import ActionKind
from stayline.domain.risk_score import FieldValue
from stayline.domain.sensitive_columns import looks_protected, refusal_of, words_of
from stayline.domain.workforce_schema import Column, Kind, Role

_RAISES = (1.05, 1.10)
_FAMILY = re.compile(
    r"\b(famil\w*|child\w*|kids?|spous\w*|partners?|husbands?|wi(fe|ves)|parent\w*|matern\w*"
    r"|patern\w*|marri\w*|divorc\w*|household\w*|dependents?|dependants?|relatives?|single)\b"
)
_PAST = re.compile(r"\b(percent\w*|hikes?|increases?|raises?|since|years|gap|previous|former)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One column as it is, what it would be instead, and the action of help that this would be."""

    column: str
    value: FieldValue
    instead: FieldValue
    action: ActionKind


@dataclass(frozen=True, slots=True)
class _Lever:
    """Columns of some names and kinds, and what helps the person there."""

    names: re.Pattern[str]
    action: ActionKind
    instead: Mapping[Kind, Callable[[Column, FieldValue], Iterable[FieldValue]]]


def is_actionable(column: Column) -> bool:
    """Whether a company can change this, for the good of the person.

    Never a protected attribute, justified or not, nor what points at family, health or a home.

    >>> over_time = Column("OverTime", Kind.FLAG, Role.FEATURE)
    >>> is_actionable(over_time), is_actionable(Column("Age", Kind.NUMBER, Role.PROTECTED))
    (True, False)
    """
    return _lever(column) is not None


def steps(column: Column, value: FieldValue) -> Iterator[Step]:
    """Yield what a company could do about a column, small steps first; nothing of what it cannot.

    Each helps: more pay and training, a higher level, another role; less overtime and travel.
    What is not known cannot be changed.

    >>> pay = Column("MonthlyIncome", Kind.NUMBER, Role.FEATURE)
    >>> [step.instead for step in steps(pay, 4000.0)]
    [4200.0, 4400.0]
    """
    lever = _lever(column)
    if lever is None or value is None:
        return
    for instead in lever.instead[column.kind](column, value):
        if instead != value and _is_within(column, instead):
            yield Step(column.name, value, instead, lever.action)


def _lever(column: Column) -> _Lever | None:
    words = words_of(column.name)
    if column.role is not Role.FEATURE or looks_protected(column.name) or refusal_of(column.name):
        return None
    if _FAMILY.search(words) or _PAST.search(words):
        return None
    fitting = (one for one in _LEVERS if one.names.search(words) and column.kind in one.instead)
    return next(fitting, None)


def _is_within(column: Column, value: FieldValue) -> bool:
    if not isinstance(value, float):
        return True
    low, high = column.minimum, column.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _raised(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    if isinstance(value, float) and value > 0:
        for factor in _RAISES:
            yield float(round(value * factor, 0 if value >= 100 else 2))


def _halved(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    if isinstance(value, float) and value > 0:
        yield from (value / 2, 0.0)


def _one_more(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    if isinstance(value, float):
        yield from (value + 1, value + 2)


def _one_higher(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    yield from _beside(column, value, +1)


def _one_lower(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    yield from _beside(column, value, -1)


def _beside(column: Column, value: FieldValue, way: int) -> Iterator[FieldValue]:
    order = column.categories
    if value in order and 0 <= (at := order.index(str(value)) + way) < len(order):
        yield order[at]


def _others(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    yield from column.categories


def _no(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    yield (column.categories or ("No", "Yes"))[0]


def _yes(column: Column, value: FieldValue) -> Iterator[FieldValue]:
    yield (column.categories or ("No", "Yes"))[1]


_MORE = {Kind.NUMBER: _one_more, Kind.ORDINAL: _one_higher, Kind.FLAG: _yes}
_LESS = {Kind.NUMBER: _halved, Kind.ORDINAL: _one_lower, Kind.FLAG: _no}
_LEVERS = tuple(
    _Lever(re.compile(rf"\b({names})\b"), action, instead)
    for names, action, instead in (
        (r"over ?time", ActionKind.WORKLOAD_REVIEW, _LESS),
        (r"travel\w*", ActionKind.FLEXIBLE_WORK, _LESS),
        (r"remote|home ?office|flexible|flexitime", ActionKind.FLEXIBLE_WORK,
         {Kind.ORDINAL: _one_higher, Kind.FLAG: _yes}),
        (r"stock options?( level)?|bonus level", ActionKind.PAY_REVIEW,
         {Kind.ORDINAL: _one_higher}),
        (r"pay|salary|wages?|income|compensation|remuneration", ActionKind.PAY_REVIEW,
         {Kind.NUMBER: _raised}),
        (r"trainings?|courses?", ActionKind.TRAINING_OFFER, _MORE),
        (r"mentor\w*", ActionKind.MENTORING, {Kind.FLAG: _yes}),
        (r"(job|role|career|pay) (level|grade)", ActionKind.ROLE_CHANGE_OFFER,
         {Kind.ORDINAL: _one_higher}),
        (r"(job )?(role|title)|position", ActionKind.ROLE_CHANGE_OFFER, {Kind.CATEGORY: _others}),
    )
)  # fmt: skip
