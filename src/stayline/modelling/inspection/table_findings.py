"""Findings about columns against each other and rows against each other."""

from collections.abc import Iterator
from itertools import combinations

import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.sensitive_columns import looks_protected
from stayline.domain.workforce_schema import Kind
from stayline.modelling.inspection.readings import Reading
from stayline.modelling.inspection.roles import Roles

_FEWEST_ROWS = 20
_FEWEST_OF_A_VALUE = 5
_LOOKED_AT_FIRST = 5000
_RESTATES = 0.995
_SAME_SCALE = 1 - 1e-9
_YEARLY, _MONTHLY = 200, 25


def constants(readings: dict[str, Reading], rows: int) -> Iterator[Finding]:
    """Yield the columns that say the same in every row, or nothing at all."""
    for reading in readings.values():
        if rows >= 2 and (reading.distinct == 0 or (reading.distinct == 1 and not reading.missing)):
            what = "is empty in" if reading.distinct == 0 else "holds one value in"
            yield Finding(
                kind=FindingKind.CONSTANT,
                column=reading.name,
                severity=Severity.NOTE,
                count=rows,
                message=f"The column {what} all {rows:,} rows, so it cannot tell people apart.",
                action="Give it role 'ignored'.",
            )


def duplicate_columns(
    readings: dict[str, Reading], roles: Roles, identities: frozenset[str]
) -> Iterator[Finding]:
    """Yield the columns that repeat another: equal, recoded one to one, or the row's own year."""
    skipped = identities | roles.outcome_columns
    usable = [r for r in readings.values() if r.name not in skipped and r.distinct > 1]
    people = readings[roles.identifier].distinct if roles.identifier else None
    dropped: set[str] = set()
    for one, other in combinations(usable, 2):
        if dropped & {one.name, other.name} or not _may_repeat(one, other):
            continue
        if _is_recoding(one, other, people):
            kept, repeat = (one, other) if _keeps(one, other) else (other, one)
            dropped.add(repeat.name)
            yield _repeats(repeat, f"column {kept.name!r}, value for value")
    if roles.event_time is not None:
        year = readings[roles.event_time].values.dt.year().cast(pl.Float64)
        for reading in usable:
            if reading.kind is Kind.NUMBER and reading.name not in dropped:
                same = int((reading.values == year).sum())
                if same >= _RESTATES * year.len():
                    yield _repeats(reading, f"the year of {roles.event_time!r}")


def duplicate_keys(
    readings: dict[str, Reading], roles: Roles, gap: float | None
) -> Iterator[Finding]:
    """Yield the rows that repeat a person, or a person in the period that rows are apart."""
    if roles.identifier is None:
        return
    who = readings[roles.identifier].values.alias("who")
    keys, words = [who], repr(roles.identifier)
    if roles.event_time is not None:
        at = readings[roles.event_time].values
        unit, part = ("1d", "")
        if gap is not None and gap >= _MONTHLY:
            unit, part = ("1y", "the year of ") if gap > _YEARLY else ("1mo", "the month of ")
        keys.append(at.dt.truncate(unit).alias("at"))
        words = f"{roles.identifier!r} and {part}{roles.event_time!r}"
    frame = pl.DataFrame(keys).drop_nulls()
    extra = frame.height - frame.n_unique()
    if extra:
        yield Finding(
            kind=FindingKind.DUPLICATE_KEY,
            column=roles.identifier,
            severity=Severity.WARNING,
            count=extra,
            message=f"{extra:,} row(s) repeat a key already seen, taking {words} as the key.",
            action="Keep one row per key; where they differ, ask which one is right.",
        )


def duplicate_rows(frame: pl.DataFrame) -> Iterator[Finding]:
    """Yield the count of rows equal in every column to an earlier one."""
    extra = frame.height - frame.hash_rows().n_unique()
    if extra:
        yield Finding(
            kind=FindingKind.DUPLICATE_ROW,
            column=None,
            severity=Severity.WARNING,
            count=extra,
            message=f"{extra:,} row(s) equal an earlier row in every column.",
            action="Remove the repeats, or ask whether a distinguishing column is missing.",
        )


def identifiers(
    readings: dict[str, Reading], identities: frozenset[str], roles: Roles
) -> Iterator[Finding]:
    """Yield the columns that name a person; a model would learn people by heart from them."""
    for name in readings:
        if name in identities:
            distinct = readings[name].distinct
            is_key = name == roles.identifier
            what = "identifies the person" if is_key else "names or reaches a person"
            yield Finding(
                kind=FindingKind.IDENTIFIER,
                column=name,
                severity=Severity.NOTE,
                count=distinct,
                message=f"The column {what}: {distinct:,} different values.",
                action="Give it role 'identity'; it is never a feature.",
            )


def _may_repeat(one: Reading, other: Reading) -> bool:
    rows = one.values.len()
    same_counts = one.distinct == other.distinct and one.missing == other.missing
    return same_counts and rows >= _FEWEST_ROWS


def _is_recoding(one: Reading, other: Reading, people: int | None) -> bool:
    """Whether each value of one goes with one value of the other, often enough not to be luck.

    Two quantities that differ from person to person do so by luck, unless one is the other on
    another scale.
    """
    pair = pl.DataFrame({"one": one.values, "other": other.values})
    if pair.head(_LOOKED_AT_FIRST).n_unique() > one.distinct + 1:
        return False
    counted = pair.drop_nulls().group_by("one", "other").len()
    if counted.height != one.distinct:
        return False
    if one.values.dtype == other.values.dtype and (one.values == other.values).all():
        return True
    if one.values.dtype == other.values.dtype == pl.Float64:
        slope = pair.select(pl.corr("one", "other")).item()
        return slope is not None and bool(abs(slope) > _SAME_SCALE)
    commonest = counted.get_column("len").sort(descending=True)
    is_shared = one.distinct <= (people or one.values.len()) / 2
    return is_shared and commonest[1] >= _FEWEST_OF_A_VALUE


def _keeps(one: Reading, other: Reading) -> bool:
    """Keep the column that says what it is: dropping it would hide a protected attribute."""
    return looks_protected(one.name) or not looks_protected(other.name)


def _repeats(reading: Reading, what: str) -> Finding:
    return Finding(
        kind=FindingKind.DUPLICATE_COLUMN,
        column=reading.name,
        severity=Severity.WARNING,
        count=reading.values.len(),
        message=f"The column repeats {what}.",
        action="Give it role 'ignored' and keep the other.",
    )
