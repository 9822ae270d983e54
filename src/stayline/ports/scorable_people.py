"""Of whom scores may be made, asked anew for each share of everyone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

import polars as pl

from stayline.domain.token_ranges import MOST_RANGES, TokenRange, token_ranges
from stayline.ports.clock import Clock
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.people_scorer import PeopleToScore
from stayline.ports.scoring_control import ScoringControl


@dataclass(frozen=True, slots=True)
class ScorablePeople:
    """Everyone, less those who are ``gone`` (tokens, sorted), opted out or outside a pilot."""

    gone: pl.Series
    opt_outs: OptOutList
    control: ScoringControl
    clock: Clock

    def within(self, tokens: TokenRange, at: datetime) -> PeopleToScore:
        """Return whom to score of a range as of now; raises `ScoringStopped`."""
        scope = self.control.scope()
        opted_out = self.opt_outs.opted_out(at=self.clock.now())
        barred = pl.Series([one for one in opted_out if tokens.holds(one)], dtype=pl.String)
        begin = self.gone.search_sorted(tokens.after, side="right")
        end = len(self.gone)
        if tokens.last is not None:
            end = self.gone.search_sorted(tokens.last, side="right")
        return PeopleToScore(tokens, scope, self.gone[begin:end], barred, at)

    def parts(self, people: int, *, size: int, after: str = "") -> Iterator[PeopleToScore]:
        """Yield everyone behind a token, about ``size`` of so many people at a time."""
        ranges = token_ranges(min(MOST_RANGES, max(1, ceil(people / size))))
        for one in ranges:
            if one.last is None or one.last > after:
                yield self.within(replace(one, after=max(one.after, after)), self.clock.now())
