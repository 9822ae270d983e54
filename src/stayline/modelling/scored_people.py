"""A frame of people scored, less those of whom no score may be made."""

from collections.abc import Callable, Sequence

import polars as pl

from stayline.modelling.scoped_people import in_scope
from stayline.ports.feature_store import TOKEN
from stayline.ports.people_scorer import IS_EMPLOYED, IS_INSIDE, PeopleToScore, ScoredPeople


def scored_people(
    people: pl.DataFrame,
    asked: PeopleToScore,
    *,
    score: Callable[[pl.DataFrame], pl.DataFrame],
    inputs: Callable[[], Sequence[str]],
) -> ScoredPeople:
    """Return the scores of those people, of all in the range asked for, of whom one may be made.

    ``inputs`` is asked after ``score``: a variant on trial names those of whoever scored.
    """
    employed = ~pl.col(TOKEN).is_in(asked.gone.implode())
    marked = people.with_columns(
        employed.alias(IS_EMPLOYED), (employed & in_scope(asked.scope)).alias(IS_INSIDE)
    )
    due = people.filter(marked[IS_INSIDE] & ~people[TOKEN].is_in(asked.opted_out.implode()))
    scored = score(due)
    return ScoredPeople(
        people=marked.select(TOKEN, IS_EMPLOYED, IS_INSIDE),
        scored=scored,
        values=due.select(TOKEN, *inputs()),
        at=asked.at,
    )
