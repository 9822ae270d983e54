"""Hold dates against the date of their own row: what lies ahead, what goes on too long."""

from collections.abc import Iterator

import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.workforce_schema import Kind, LabelColumn, LeavingWithin
from stayline.modelling.inspection.column_names import suggests_leaving, suggests_reason
from stayline.modelling.inspection.outcomes import Timeline
from stayline.modelling.inspection.readings import Reading
from stayline.modelling.inspection.roles import Roles

_MOSTLY_AHEAD = 0.5
_SLACK_DAYS = 3
_SHIFT, _SHIFT_DEVIATIONS, _SHIFT_ROWS = 0.25, 5.0, 50


def future_values(
    readings: dict[str, Reading], roles: Roles, who_left: Timeline | None
) -> Iterator[Finding]:
    """Yield the dates that lie ahead of their own row; a leaving date that does is a leak."""
    at = readings[roles.event_time].values if roles.event_time else None
    for reading in readings.values():
        if reading.kind is not Kind.DATE or reading.name == roles.event_time:
            continue
        ahead = int((reading.values > at).sum()) if at is not None else 0
        if reading.name == roles.leaving_date or suggests_leaving(reading.name):
            yield from _known_leaving(reading, roles, who_left, ahead)
        elif ahead:
            yield _ahead(reading, ahead)


def rows_after_last_day(
    readings: dict[str, Reading], roles: Roles, who_left: Timeline
) -> Iterator[Finding]:
    """Yield the rows of people who had already left, beyond the one that says so."""
    if who_left.gap is None:
        return
    ends, source = who_left.frame.get_column("end"), roles.leaving_date
    if source is not None and source in readings and roles.identifier is not None:
        dated = pl.DataFrame({"who": who_left.frame["person"], "end": readings[source].values})
        ends = dated.select(pl.col("end").min().over("who")).to_series()
    slack = pl.duration(days=int(who_left.gap) + _SLACK_DAYS)
    late = who_left.frame.select(
        ((pl.col("at") > ends) & (~pl.col("left") | (pl.col("at") > ends + slack))).sum()
    ).item()
    if late:
        yield Finding(
            kind=FindingKind.LEAK,
            column=source or roles.event_time,
            severity=Severity.ERROR,
            count=int(late),
            message=f"{late:,} row(s) are dated after the person's last day.",
            action="Drop these rows, or mend the last day; people come back under a new period.",
        )


def outcome_shifts(
    readings: dict[str, Reading], roles: Roles, who_left: Timeline
) -> Iterator[Finding]:
    """Yield the reasons of leaving that grew sharply from some year on."""
    for reading in readings.values():
        is_reason = reading.name == roles.leaving_reason or suggests_reason(reading.name)
        if is_reason and reading.kind is Kind.CATEGORY and who_left.gap is not None:
            yield from _shift(reading, who_left)


def _known_leaving(
    reading: Reading, roles: Roles, who_left: Timeline | None, ahead: int
) -> Iterator[Finding]:
    """A row of somebody still employed that holds the day they will leave."""
    if isinstance(roles.outcome, LeavingWithin) or who_left is None:
        told, whose = ahead, "row(s)"
    else:
        assert isinstance(roles.outcome, LabelColumn)  # noqa: S101  (a timeline has an outcome)
        told = int((reading.values.is_not_null() & ~who_left.frame["left"]).sum())
        whose = f"row(s) that {roles.outcome.column!r} calls employed"
    if told:
        yield Finding(
            kind=FindingKind.LEAK,
            column=reading.name,
            severity=Severity.ERROR,
            count=told,
            message=(
                f"{told:,} {whose} carry a leaving date; in all, {ahead:,} row(s) have one after "
                "the date of the row itself, which nobody could know then."
            ),
            action="Give it role 'ignored', or blank it in every row dated before that day.",
        )


def _ahead(reading: Reading, ahead: int) -> Finding:
    is_plan = ahead > _MOSTLY_AHEAD * reading.values.count()
    return Finding(
        kind=FindingKind.FUTURE_VALUE,
        column=reading.name,
        severity=Severity.NOTE if is_plan else Severity.WARNING,
        count=ahead,
        message=f"{ahead:,} row(s) hold a date after the date of the row itself.",
        action=(
            "It looks like a planned date; make sure the plan was known on the date of the row."
            if is_plan
            else "Check these dates: a fact of the row cannot lie in its future."
        ),
    )


def _shift(reading: Reading, who_left: Timeline) -> Iterator[Finding]:
    """Split the years in two where one reason's share among those who left rises most."""
    frame = who_left.frame.select("left", year=pl.coalesce("end", "at").dt.year()).with_columns(
        reason=reading.values
    )
    gone = frame.filter("left").drop_nulls()
    years = gone.get_column("year").unique().sort().to_list()
    best: tuple[float, int, str, float, float] | None = None
    for year in years[1:]:
        before, since = gone.filter(pl.col("year") < year), gone.filter(pl.col("year") >= year)
        if min(before.height, since.height) < _SHIFT_ROWS:
            continue
        for reason in gone.get_column("reason").unique().sort().to_list():
            old, new = (float((part["reason"] == reason).mean() or 0.0) for part in (before, since))
            pooled = (old * before.height + new * since.height) / gone.height
            spread = (pooled * (1 - pooled) * (1 / before.height + 1 / since.height)) ** 0.5
            is_clear = new - old >= _SHIFT and new - old >= _SHIFT_DEVIATIONS * spread
            if is_clear and (best is None or new - old > best[0]):
                best = new - old, year, str(reason), old, new
    if best is None:
        return
    _, year, reason, old, new = best
    count = gone.filter((pl.col("reason") == reason) & (pl.col("year") >= year)).height
    yield Finding(
        kind=FindingKind.OUTCOME_SHIFT,
        column=reading.name,
        severity=Severity.WARNING,
        count=count,
        message=(
            f"From {year} on, {reason!r} makes up {new:.0%} of the reasons of leaving; "
            f"before, {old:.0%}."
        ),
        action=(
            "Ask what changed. Leave reasons that no employee chooses out of the outcome, and "
            f"judge the model on {year} and later."
        ),
    )
