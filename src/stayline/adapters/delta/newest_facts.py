"""Everyone's newest fact as of a commit, for whoever reads the whole population."""

from collections.abc import Iterator

import polars as pl

from stayline.adapters.delta.fact_frames import newest_facts
from stayline.adapters.delta.facts import Facts
from stayline.ports.feature_store import TOKEN

_AT = "_at"
_PEOPLE_AT_ONCE = 20_000


class NewestFacts:
    """Keeps, of one commit, whose newest fact is where: some 70 bytes a person."""

    def __init__(self) -> None:
        self._last: tuple[int, pl.DataFrame] | None = None

    def people(self, facts: Facts) -> pl.DataFrame:
        """Return both clocks of each person's newest fact, by token."""
        return self._places(facts).drop(_AT)

    def rows(self, facts: Facts, *, of: pl.Series | None = None) -> pl.DataFrame:
        """Return the newest facts of these people, or of everyone, by token."""
        return pl.concat(list(self.slices(facts, of=of)))

    def slices(self, facts: Facts, *, of: pl.Series | None = None) -> Iterator[pl.DataFrame]:
        """Yield what `rows` returns, so many people at a time; one frame at least."""
        places = self._places(facts)
        if of is not None:
            asked = of.unique().to_frame(TOKEN)
            places = places.join(asked, on=TOKEN, how="semi", maintain_order="left")
        parts = places.iter_slices(_PEOPLE_AT_ONCE) if places.height else [places]
        for part in parts:
            yield _with_values(facts, part)

    def behind(self, facts: Facts, after: str, size: int) -> pl.DataFrame:
        """Return the newest facts of the next people behind a token."""
        return _with_values(facts, self._places(facts).filter(pl.col(TOKEN) > after).head(size))

    def _places(self, facts: Facts) -> pl.DataFrame:
        last = self._last
        if last is None or last[0] != facts.version:
            places = newest_facts(facts.clocks().with_row_index(_AT)).sort(TOKEN)
            last = self._last = (facts.version, places)
        return last[1]


def _with_values(facts: Facts, places: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([places.drop(_AT), facts.values_at(places[_AT])], how="horizontal")
