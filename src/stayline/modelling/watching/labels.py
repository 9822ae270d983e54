"""Answered rows with what became of the people: left, stayed, or not known, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from stayline.domain.outcomes import PersonOutcome

LABEL, WHY = "label", "why"
_END, _FROM_EVENT = "_end", "_from_event"


class NoLabel(StrEnum):
    """Why nobody can say whether a person left within the horizon."""

    NOT_RIPE = "not ripe"
    UNKNOWN_PERSON = "unknown person"
    INVOLUNTARY = "left involuntarily"


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """The answered rows, in their order, with ``label`` (Boolean) and ``why`` it is null.

    ``from_events`` and ``from_people`` count the labels by where they come from; ``without`` the
    rows that have none, by reason. ``unknown_events`` are labels of events that are not among the
    rows: of other windows, or of none.
    """

    frame: pl.DataFrame
    from_events: int
    from_people: int
    without: Mapping[NoLabel, int]
    unknown_events: int


def labelled(
    answered: pl.DataFrame,
    *,
    events: Mapping[str, bool],
    people: Sequence[PersonOutcome],
    horizon_months: int | None,
) -> LabelledRows:
    """Return what became of those who were answered about at ``inferred_at``, by ``token``.

    ``events`` and ``people`` are what the `OutcomeBook` knew at some time. A label by event id, or
    else by inference id, goes before what is known of the person. Of a person: true when they left
    voluntarily after the day of the answer and no later than the horizon's last day, false when
    they were seen on that last day or later. Who left otherwise within the horizon has no label,
    and neither has who had left before the answer. A horizon of None (the outcome is no leaving
    date) leaves the events alone.

    Nobody has a label by person before the whole horizon is covered, not even who left early: to
    count those at once, and to wait for the others, would overstate the risk. Covered is the time
    until which half of the people who are still there were seen.
    """
    rows = answered.with_columns(
        pl.coalesce(_of_events("event_id", events), _of_events("inference_id", events)).alias(LABEL)
    ).with_columns(pl.col(LABEL).is_not_null().alias(_FROM_EVENT))
    if horizon_months is None:
        why = pl.when(pl.col(LABEL).is_null()).then(pl.lit(NoLabel.NOT_RIPE.value))
        rows = rows.with_columns(why.alias(WHY))
    else:
        rows = _with_people(rows, people, horizon_months)
    return _counted(rows.select(*answered.columns, LABEL, WHY, _FROM_EVENT), events)


def _of_events(column: str, events: Mapping[str, bool]) -> pl.Expr:
    return pl.col(column).replace_strict(
        list(events), list(events.values()), default=None, return_dtype=pl.Boolean
    )


def _with_people(
    rows: pl.DataFrame, people: Sequence[PersonOutcome], horizon_months: int
) -> pl.DataFrame:
    known = _known(people)
    day, end, left = pl.col("inferred_at").dt.date(), pl.col(_END), pl.col("_left_on")
    had_left = (left <= day).fill_null(value=False)
    leaves_in_time = (left <= end).fill_null(value=False)
    is_ripe = (end <= pl.lit(covered_until(people), dtype=pl.Date)).fill_null(value=False)
    why = (
        pl.when(pl.col(_FROM_EVENT))
        .then(None)
        .when(pl.col("_seen_until").is_null() | had_left)
        .then(pl.lit(NoLabel.UNKNOWN_PERSON.value))
        .when(leaves_in_time & ~pl.col("_is_voluntary"))
        .then(pl.lit(NoLabel.INVOLUNTARY.value))
        .when(~is_ripe | ~(leaves_in_time | (pl.col("_seen_until") >= end)))
        .then(pl.lit(NoLabel.NOT_RIPE.value))
    )
    of_person = pl.when(pl.col(WHY).is_null()).then(leaves_in_time)
    return (
        rows.join(known, on="token", how="left", maintain_order="left")
        .with_columns(day.dt.offset_by(f"{horizon_months}mo").alias(_END))
        .with_columns(why.alias(WHY))
        .with_columns(pl.coalesce(LABEL, of_person).alias(LABEL))
    )


def covered_until(people: Sequence[PersonOutcome]) -> date | None:
    """Return until when half of the people who are still there were seen; None without any.

    A few who were seen later must not make everybody else look as if they had not stayed.
    """
    seen = sorted(person.seen_until for person in people if person.left_on is None)
    seen = seen or sorted(person.seen_until for person in people)
    return seen[len(seen) // 2] if seen else None


def _known(people: Sequence[PersonOutcome]) -> pl.DataFrame:
    return pl.DataFrame(
        [(who.token, who.seen_until, who.left_on, who.is_voluntary) for who in people],
        schema={
            "token": pl.String(),
            "_seen_until": pl.Date(),
            "_left_on": pl.Date(),
            "_is_voluntary": pl.Boolean(),
        },
        orient="row",
    )


def _counted(rows: pl.DataFrame, events: Mapping[str, bool]) -> LabelledRows:
    from_events = int(rows[_FROM_EVENT].sum())
    without = {
        NoLabel(why): count for why, count in rows[WHY].drop_nulls().value_counts().iter_rows()
    }
    ids = pl.concat([rows["event_id"], rows["inference_id"]]).drop_nulls()
    return LabelledRows(
        frame=rows.drop(_FROM_EVENT),
        from_events=from_events,
        from_people=rows.height - from_events - sum(without.values()),
        without=without,
        unknown_events=len(events.keys() - set(ids)),
    )
