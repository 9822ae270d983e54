"""How groups of people fared among the scores of a window, as the compliance check judges it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl

from stayline.domain.compliance.areas.fairness_records import AGE, GroupRatio, UnknownGroup
from stayline.domain.sensitive_columns import words_of
from stayline.modelling.fairness.impact_ratios import (
    ExcludedCategory,
    ImpactRow,
    ImpactTable,
    Reading,
    impact_tables,
)
from stayline.modelling.fairness.tables import AuditRows, Grouping, crossed, grouping

SEX, RACE = "sex", "race/ethnicity"
_KINDS = {
    SEX: re.compile(r"\b(gender|sex)\b"),
    RACE: re.compile(r"\b(race|ethnic\w*|hispanic\w*)\b"),
    AGE: re.compile(r"\b(age|dob|yob|\w*birth\w*)\b"),
}


def facet_kind(name: str) -> str | None:
    """Return which of the law's categories a protected column is about, None for another.

    >>> facet_kind("Gender"), facet_kind("RaceDesc"), facet_kind("birth_date"), facet_kind("Wage")
    ('sex', 'race/ethnicity', 'age', None)
    """
    words = words_of(name)
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), None)


def group_ratios(
    people: pl.DataFrame, facets: pl.DataFrame
) -> tuple[tuple[GroupRatio, ...], tuple[UnknownGroup, ...]]:
    """Return each group's ratios in every reading, and of how many people a facet is unknown.

    ``people`` has one row a person: ``risk``, ``is_flagged``, and ``left`` (null where unknown);
    ``facets`` (n, attributes) are their groups as text, null where unknown. Sex and race are
    crossed, too. An attribute that is none of sex, race and age is left out.
    """
    known = _groupings(facets)
    rows = _audit_rows(people, people.get_column("is_flagged"))
    ratios = [
        replace(one, left_share=_left_share(people, groups, one.category))
        for kind, groups in _with_crossed(known).items()
        for table in impact_tables(rows, groups)
        for one in _ratios(kind, table)
    ]
    unknown = [
        UnknownGroup(kind, people.height, int((groups.codes < 0).sum()))
        for kind, groups in known.items()
    ]
    return tuple(ratios), tuple(unknown)


def help_ratios(people: pl.DataFrame, facets: pl.DataFrame) -> tuple[GroupRatio, ...]:
    """Return each group's ratio of being offered help (``was_helped``) among flagged people."""
    is_flagged = people.get_column("is_flagged")
    flagged, theirs = people.filter(is_flagged), facets.filter(is_flagged)
    if flagged.is_empty():
        return ()
    rows = _audit_rows(flagged, flagged.get_column("was_helped"))
    return tuple(
        one
        for kind, groups in _groupings(theirs).items()
        for table in impact_tables(rows, groups)
        if table.reading is Reading.FLAGGED
        for one in _ratios(kind, table)
    )


def _audit_rows(people: pl.DataFrame, chosen: pl.Series) -> AuditRows:
    n = people.height
    label = np.zeros(n, dtype=np.int64)
    flagged = chosen.cast(pl.Int64).to_numpy()
    return AuditRows(label, flagged, people.get_column("risk").to_numpy(), np.arange(n), n)


def _groupings(facets: pl.DataFrame) -> dict[str, Grouping]:
    """Return the first attribute of each kind that anybody's group is known of."""
    found: dict[str, Grouping] = {}
    for column in facets:
        kind, groups = facet_kind(column.name), grouping(column)
        if kind is not None and groups.names:
            found.setdefault(kind, groups)
    return found


def _with_crossed(known: Mapping[str, Grouping]) -> dict[str, Grouping]:
    pairs = {
        f"{one} x {other}": crossed(known[one], known[other])
        for one, other in combinations((SEX, RACE), 2)
        if one in known and other in known
    }
    return {**known, **{name: groups for name, groups in pairs.items() if groups.names}}


def _ratios(kind: str, table: ImpactTable) -> Iterator[GroupRatio]:
    top = next((row for row in table.rows if row.is_most_selected), None)
    rows: tuple[ImpactRow | ExcludedCategory, ...] = (*table.rows, *table.excluded)
    for row in rows:
        yield _ratio(kind, table.reading, row, top)


def _ratio(
    kind: str, reading: Reading, row: ImpactRow | ExcludedCategory, top: ImpactRow | None
) -> GroupRatio:
    ratio = row.ratio if isinstance(row, ImpactRow) else None
    return GroupRatio(
        facet=kind,
        category=row.category,
        reading=reading.value,
        n=row.n,
        selected=row.selected,
        rate=row.rate.value,
        ratio=None if ratio is None else ratio.value,
        low=None if ratio is None else ratio.low,
        high=None if ratio is None else ratio.high,
        p_value=None if top is None or ratio is None else _p_value(row, top),
        excluded_because=row.reason if isinstance(row, ExcludedCategory) else "",
    )


def _p_value(row: ImpactRow | ExcludedCategory, top: ImpactRow) -> float:
    """Return Fisher's exact test of a group against the most selected one, two-sided."""
    from scipy.stats import fisher_exact

    table = [[row.selected, row.n - row.selected], [top.selected, top.n - top.selected]]
    return float(fisher_exact(table).pvalue)


def _left_share(people: pl.DataFrame, groups: Grouping, category: str) -> float | None:
    at = groups.names.index(category)
    left = people.get_column("left").filter(pl.Series(groups.codes == at)).drop_nulls()
    return None if left.is_empty() else float(left.cast(pl.Float64).mean() or 0)  # type: ignore[arg-type]  # of floats
