"""Fill the tables of a bias audit in New York City's form."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from stayline.domain.compliance.bias_tables import (
    HISPANIC,
    RACES,
    SEXES,
    SMALLEST_SHARE,
    BiasReading,
    BiasRow,
    BiasTable,
    BiasTablePolicy,
    BiasTables,
)
from stayline.modelling.fairness.served import RACE, SEX, facet_kind

_SEX, _RACE, _BOTH = "_sex", "_race", "_both"
INTERSECTIONAL = tuple(
    f"{group}: {sex}"
    for group in (HISPANIC, *(f"{race} (not Hispanic or Latino)" for race in RACES))
    for sex in SEXES
)
"""The 14 rows of table 3."""
_RACE_ROWS = (HISPANIC, *(f"{race} (not Hispanic or Latino)" for race in RACES))
_TABLES = (
    (1, "Sex", _SEX, SEXES),
    (2, "Race and ethnicity", _RACE, _RACE_ROWS),
    (3, "Sex crossed with race and ethnicity", _BOTH, INTERSECTIONAL),
)


def bias_tables(
    people: pl.DataFrame, attributes: pl.DataFrame, policy: BiasTablePolicy, *, made_on: date
) -> BiasTables:
    """Return the three tables in each reading.

    ``people`` (n rows) has ``is_flagged`` and ``was_helped``; ``attributes`` goes with it row by
    row and holds protected attributes as text. Offered help is counted among who was flagged.
    """
    told = _categories(attributes, policy)
    both = people.select("is_flagged", "was_helped").hstack(told)
    flagged = both.filter(pl.col("is_flagged"))
    readings = (
        (BiasReading.FLAGGED, both, pl.col("is_flagged")),
        (BiasReading.NOT_FLAGGED, both, ~pl.col("is_flagged")),
        (BiasReading.OFFERED_HELP, flagged, pl.col("was_helped")),
    )
    return BiasTables(
        people=people.height,
        made_on=made_on,
        source=policy.source,
        distributed_on=policy.distributed_on,
        auditor=policy.auditor,
        tables=tuple(
            _table(number, title, reading, rows.select(column, selected.alias("selected")), names)
            for number, title, column, names in _TABLES
            for reading, rows, selected in readings
        ),
    )


def _categories(attributes: pl.DataFrame, policy: BiasTablePolicy) -> pl.DataFrame:
    """Return sex, race and both as categories of the form; null where unknown."""
    sex = _texts(attributes, policy.sex_column or _first(attributes, SEX))
    race = _texts(attributes, policy.race_column or _first(attributes, RACE))
    hispanic = _texts(attributes, policy.hispanic_column)
    sexes = [policy.sex_of(one) for one in sex]
    races = [_race_row(policy.race_of(one, also)) for one, also in zip(race, hispanic, strict=True)]
    pairs = [
        None if one is None or other is None else f"{other}: {one}"
        for one, other in zip(sexes, races, strict=True)
    ]
    return pl.DataFrame(
        {_SEX: sexes, _RACE: races, _BOTH: pairs},
        schema=dict.fromkeys((_SEX, _RACE, _BOTH), pl.String),
    )


def _race_row(category: str | None) -> str | None:
    is_race = category is not None and category != HISPANIC
    return f"{category} (not Hispanic or Latino)" if is_race else category


def _first(attributes: pl.DataFrame, kind: str) -> str:
    return next((name for name in attributes.columns if facet_kind(name) == kind), "")


def _texts(attributes: pl.DataFrame, name: str) -> Sequence[str | None]:
    if name not in attributes.columns:
        return [None] * attributes.height
    return attributes.get_column(name).cast(pl.String).to_list()


def _table(
    number: int, title: str, reading: BiasReading, rows: pl.DataFrame, names: Sequence[str]
) -> BiasTable:
    """Count ``rows`` of a category and ``selected`` into the named rows of the form."""
    column = rows.columns[0]
    known = rows.drop_nulls(column)
    unknown = rows.height - known.height
    if known.is_empty():
        why = (
            "Nobody was flagged." if rows.is_empty() else f"The data do not tell: {title.lower()}."
        )
        return BiasTable(number, title, reading, 0, unknown, (), why)
    counted = known.group_by(column).agg(pl.len(), pl.col("selected").sum())
    found = {name: (int(n), int(chosen)) for name, n, chosen in counted.iter_rows()}
    counts = [(name, *found.get(name, (0, 0))) for name in names]
    return BiasTable(
        number, title, reading, known.height, unknown, tuple(_rows(counts, known.height))
    )


def _rows(counts: Sequence[tuple[str, int, int]], n_all: int) -> Iterator[BiasRow]:
    kept = [(n, chosen) for _, n, chosen in counts if n >= SMALLEST_SHARE * n_all]
    top = max((chosen / n for n, chosen in kept), default=0.0)
    for name, n, chosen in counts:
        rate = chosen / n if n else None
        is_kept = n >= SMALLEST_SHARE * n_all
        yield BiasRow(
            category=name,
            n=n,
            selected=chosen,
            rate=rate,
            ratio=rate / top if is_kept and rate is not None and top else None,
            excluded_because=""
            if is_kept
            else f"{n / n_all:.1%} of the people, less than {SMALLEST_SHARE:.0%}",
        )
