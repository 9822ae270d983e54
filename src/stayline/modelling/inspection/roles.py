"""Guess which columns say who, when, and whether somebody left."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from stayline.domain.workforce_schema import (
    Kind,
    LabelColumn,
    LeavingWithin,
    Outcome,
    WorkforceSchema,
)
from stayline.modelling.inspection.column_names import (
    suggests_identifier,
    suggests_leaving,
    suggests_outcome,
    suggests_person_name,
    suggests_reason,
    suggests_snapshot,
)
from stayline.modelling.inspection.readings import Reading

_UNIQUE: Final = 0.98
_KEY_UNIQUE: Final = 0.95
_MOST_WORDS: Final = 6
_LABEL_KINDS: Final = (Kind.FLAG, Kind.CATEGORY)
_MONTHLY_HORIZON, _YEARLY_HORIZON = 6, 12
_LEFT = re.compile(
    r"^(?!not |no )(.*\b)?(left|leaver|leaves?|leaving|terminat\w*|term|inactive|resign\w*|retired?"
    r"|exit\w*|separat\w*|former|departed|quit|gone|churn\w*|laid off|dismiss\w*|ex)\b"
)
_STAYED = {
    *("active", "employed", "current", "stayed", "working", "retained", "present", "staying"),
}
_YES, _NO = {"yes", "y", "true", "t", "1", "1.0"}, {"no", "n", "false", "f", "0", "0.0"}
_SAYS_STAYING = re.compile(r"active|employed|stay|retain", re.IGNORECASE)
_INVOLUNTARY = re.compile(
    r"involunt|layoff|laid|redundan|dismiss|fired|death|deceas|retire|end of|contract|cause"
    r"|not applicable|n/a|performance|conduct",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Roles:
    """Who, when and whether left: the columns that every other test leans on; None where unknown.

    ``leaving_date`` and ``leaving_reason`` are set too when a label column is the outcome.
    """

    identifier: str | None
    event_time: str | None
    outcome: Outcome | None
    leaving_date: str | None
    leaving_reason: str | None

    @property
    def outcome_columns(self) -> frozenset[str]:
        """The columns the outcome is read from."""
        if isinstance(self.outcome, LabelColumn):
            return frozenset({self.outcome.column})
        if self.outcome is not None:
            return frozenset({self.outcome.date_column, self.outcome.reason_column})
        return frozenset()


def roles_in(schema: WorkforceSchema, readings: dict[str, Reading]) -> Roles:
    """Return what the schema says, and the leaving date and reason it may leave out."""
    outcome = schema.outcome
    dated = outcome if isinstance(outcome, LeavingWithin) else None
    return Roles(
        identifier=_present(schema.record_identifier, readings),
        event_time=_present(schema.event_time, readings),
        outcome=outcome if all(c in readings for c in _columns_of(outcome)) else None,
        leaving_date=dated.date_column if dated else _leaving_date(readings),
        leaving_reason=dated.reason_column if dated else _leaving_reason(readings),
    )


def guessed_roles(readings: dict[str, Reading]) -> Roles:
    """Return what names and values suggest together."""
    rows = max((reading.values.len() for reading in readings.values()), default=0)
    identifier, event_time = _key(readings, rows)
    leaving_date, leaving_reason = _leaving_date(readings), _leaving_reason(readings)
    outcome: Outcome | None = _label(readings)
    if outcome is None and leaving_date and leaving_reason and event_time:
        outcome = LeavingWithin(
            date_column=leaving_date,
            reason_column=leaving_reason,
            voluntary=_voluntary(readings[leaving_reason]),
            horizon_months=_horizon(readings[event_time]),
        )
    return Roles(identifier, event_time, outcome, leaving_date, leaving_reason)


def _columns_of(outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, LabelColumn):
        return (outcome.column,)
    return outcome.date_column, outcome.reason_column


def _present(name: str | None, readings: dict[str, Reading]) -> str | None:
    return name if name in readings else None


def _key(readings: dict[str, Reading], rows: int) -> tuple[str | None, str | None]:
    """Find the identifier that is unique by itself, or together with a date that varies."""
    candidates = [r for r in readings.values() if _may_identify(r, rows)]
    candidates.sort(key=lambda r: (-suggests_identifier(r.name), -r.distinct))
    snapshots = [
        r
        for r in readings.values()
        if r.kind is Kind.DATE and suggests_snapshot(r.name) and r.missing <= 0.01 * rows
    ]
    snapshots.sort(key=lambda r: r.distinct)
    for reading in candidates:
        if reading.distinct >= _UNIQUE * rows and (
            suggests_identifier(reading.name) or _is_running(reading)
        ):
            return reading.name, next((s.name for s in snapshots if s.distinct < rows), None)
        for snapshot in snapshots:
            pairs = pl.DataFrame({"who": reading.values, "at": snapshot.values}).n_unique()
            if reading.distinct < _UNIQUE * rows and pairs >= _KEY_UNIQUE * rows:
                return reading.name, snapshot.name
    named = next((r.name for r in candidates if suggests_identifier(r.name) == 2), None)
    return named, next((s.name for s in snapshots), None)


def _may_identify(reading: Reading, rows: int) -> bool:
    if reading.missing > 0.01 * rows or reading.distinct < 2 or suggests_person_name(reading.name):
        return False
    if reading.kind in (Kind.NUMBER, Kind.ORDINAL, Kind.FLAG) and reading.values.dtype.is_float():
        is_whole = bool((reading.values.drop_nulls() % 1 == 0).all())
        return is_whole and (reading.distinct > 10 or suggests_identifier(reading.name) > 0)
    return reading.kind is Kind.CATEGORY and not reading.values.head(200).str.contains(" ").any()


def _is_running(reading: Reading) -> bool:
    """Whether the values are codes with a digit, or a running number, rather than a quantity."""
    if reading.kind is Kind.CATEGORY:
        return bool(reading.values.str.contains(r"\d").all())
    values = reading.values.drop_nulls()
    ordered = values.sort().to_list()
    return bool(ordered[-1] - ordered[0] < 1.5 * reading.distinct)


def _label(readings: dict[str, Reading]) -> LabelColumn | None:
    """Find the column whose words say left and stayed; yes and no need the help of its name."""
    found: list[tuple[int, LabelColumn]] = []
    for reading in readings.values():
        if not 2 <= reading.distinct <= _MOST_WORDS or reading.kind not in _LABEL_KINDS:
            continue
        words = _words_of(reading)
        plain = {word: word.casefold().strip() for word in words}
        left = tuple(word for word in words if _LEFT.search(plain[word]))
        stayed = [word for word in words if plain[word] in _STAYED]
        has_name = suggests_outcome(reading.name)
        if left and len(left) + len(stayed) == len(words) and stayed:
            found.append((0, LabelColumn(reading.name, left)))
        elif len(left) == 1 and len(words) == 2 and has_name:
            found.append((1, LabelColumn(reading.name, left)))
        elif has_name and len(set(plain.values())) == 2 and set(plain.values()) <= _YES | _NO:
            meant = _NO if _SAYS_STAYING.search(reading.name) else _YES
            positive = tuple(word for word in words if plain[word] in meant)
            found.append((2, LabelColumn(reading.name, positive)))
    return min(found, key=lambda item: item[0])[1] if found else None


def _words_of(reading: Reading) -> list[str]:
    if reading.kind is Kind.FLAG and reading.categories == ("0", "1"):
        return ["0", "1"]
    return [str(word) for word in reading.values.drop_nulls().unique().sort()]


def _leaving_date(readings: dict[str, Reading]) -> str | None:
    rows = [r for r in readings.values() if r.kind is Kind.DATE and suggests_leaving(r.name)]
    return rows[0].name if rows else None


def _leaving_reason(readings: dict[str, Reading]) -> str | None:
    """Find the reason of leaving: the named column with the most different reasons."""
    found = [
        r
        for r in readings.values()
        if r.kind is Kind.CATEGORY and suggests_reason(r.name) and 1 <= r.distinct <= 200
    ]
    return max(found, key=lambda r: r.distinct).name if found else None


def _voluntary(reading: Reading) -> tuple[str, ...]:
    reasons = [str(reason) for reason in reading.values.drop_nulls().unique().sort()]
    return tuple(reason for reason in reasons if not _INVOLUNTARY.search(reason)) or tuple(reasons)


def _horizon(event_time: Reading) -> int:
    days = event_time.values.drop_nulls().unique().sort().diff().drop_nulls().dt.total_days()
    typical = days.median() if days.len() else None
    return _YEARLY_HORIZON if isinstance(typical, float) and typical > 200 else _MONTHLY_HORIZON
