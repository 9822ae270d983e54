"""Frames that the workers of a cluster read, each worker some shares of everyone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import polars as pl

from stayline.bootstrap.cluster import LOCAL, cluster_of
from stayline.bootstrap.ports import Ports
from stayline.bootstrap.shared_facts import SharedFacts, shared_facts
from stayline.domain.token_ranges import MOST_RANGES, TokenRange, token_ranges
from stayline.ports.cluster import Cluster
from stayline.ports.feature_store import FrameReader
from stayline.settings import Settings

PEOPLE_A_PART = 5_000
"""So many people's history is in the memory of a worker's thread at a time."""


@contextmanager
def frame_reader(
    engine: str, scheduler: str | None, settings: Settings, ports: Ports
) -> Iterator[FrameReader]:
    """Give who reads frames: the store itself, or the workers that the options name.

    Raises what `cluster_of` and `shared_facts` raise.
    """
    with cluster_of(engine, scheduler) as cluster:
        if engine == LOCAL:
            yield ports.features.frame
        else:
            yield SpreadFrames(cluster, shared_facts(settings, ports), ports.features.count())


@dataclass(frozen=True, slots=True)
class SpreadFrames:
    """Reads what the store's own `frame` does, row by row the same; of about so many people."""

    cluster: Cluster
    facts: SharedFacts
    people: int

    def __call__(self, group: str, *, as_of: datetime) -> pl.DataFrame:
        """Return every fact of a group with both clocks at or before ``as_of``."""
        parts = min(MOST_RANGES, max(1, ceil(self.people / PEOPLE_A_PART)))
        asked = _Asked(self.facts, group, as_of)
        return pl.concat(self.cluster.results(frame_of_range, token_ranges(parts), asked))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all parts of a frame have in common."""

    facts: SharedFacts
    group: str
    as_of: datetime


def frame_of_range(tokens: TokenRange, asked: _Asked) -> pl.DataFrame:
    """Return the share of a frame that a range of tokens has; this is what a worker runs."""
    return asked.facts.opened().frame(asked.group, as_of=asked.as_of, tokens=tokens)
