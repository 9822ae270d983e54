"""Tell how many people are out of scoring, and which tokens these are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from stayline.domain.opt_out import OptOut, OptOutKind
from stayline.ports.clock import Clock
from stayline.ports.opt_out_list import OptOutList


@dataclass(frozen=True, slots=True)
class OptOutsNow:
    """What bars scoring now, newest first; ``people`` may be fewer, since somebody may do both."""

    standing: tuple[OptOut, ...]
    people: int
    by_kind: Mapping[OptOutKind, int]
    ended: int


def list_opt_outs(*, opt_outs: OptOutList, clock: Clock) -> OptOutsNow:
    """Return the opt-outs and objections that stand; for privacy roles only."""
    now, everything = clock.now(), opt_outs.everyone()
    standing = [one for one in everything if one.covers(now)]
    return OptOutsNow(
        tuple(sorted(standing, key=lambda one: one.since, reverse=True)),
        len({one.token for one in standing}),
        Counter(one.kind for one in standing),
        len(everything) - len(standing),
    )
