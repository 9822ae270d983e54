"""The last score of each person, for when the endpoint is down and for the people who ask."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.alert_policy import Band
from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue, ModelIdentity, Reason
from stayline.ports.aged_records import AgedRecords


@light_value
class EarlierScore:
    """The last score of a month before: what "since last month" is told from."""

    risk: float
    model: ModelIdentity
    scored_at: datetime


@light_value
class KeptRisk:
    """A kept score without its reasons, for lists of very many people."""

    token: EmployeeToken
    risk: float
    band: Band
    model: ModelIdentity
    scored_at: datetime
    prediction_id: str | None = None
    base_risk: float | None = None
    earlier: EarlierScore | None = None


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """One kept score with all its reasons; ``base_risk`` is where they start."""

    token: EmployeeToken
    risk: float
    band: Band
    reasons: tuple[Reason, ...]
    model: ModelIdentity
    scored_at: datetime
    prediction_id: str | None = None
    base_risk: float | None = None
    earlier: EarlierScore | None = None


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """One run over everyone, and how far it has come.

    ``after`` is the last token that is done, empty at the beginning. The counts are of those done:
    scored by band, left out for having opted out, no longer employed, and outside a pilot's scope.
    """

    number: int
    model: ModelIdentity
    started_at: datetime
    after: str
    by_band: Mapping[Band, int]
    opted_out: int
    gone: int
    outside: int = 0

    @property
    def scored(self) -> int:
        """How many people have a score."""
        return sum(self.by_band.values())

    @property
    def done(self) -> int:
        """How many people have been looked at."""
        return self.scored + self.opted_out + self.gone + self.outside


class ScoreBoard(AgedRecords, Protocol):
    """Keeps one score a person, the newest, and the last one of a calendar month (UTC) before.

    What `put` and `keep` are given of an earlier score is not kept: the board notes it by itself,
    when the first score of a month takes the place of one of a month before. It goes with the
    newest one, and by itself once it is old enough to be purged.
    """

    def put(self, entries: Sequence[BoardEntry]) -> bool:
        """Keep these scores unless another writer would have to be waited for.

        Returns whether they are kept. An older one never replaces a newer one. For answers that
        somebody waits for: while a run over everyone writes, its own score of a person follows.
        """
        ...

    def find(self, token: EmployeeToken) -> BoardEntry | None:
        """Return the kept score of a person, under whichever of their tokens it stands.

        While the token key changes it may stand under another one than a request began with.
        """
        ...

    def risks(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, KeptRisk]:
        """Return the kept scores of those of these people who have one. Quick for thousands."""
        ...

    def highest(self, limit: int) -> list[KeptRisk]:
        """Return at most so many kept scores, highest risk first. Quick for thousands."""
        ...

    def entries(self, limit: int | None = None) -> list[BoardEntry]:
        """Return the kept scores, highest risk first."""
        ...

    def erase(self, token: EmployeeToken) -> bool:
        """Remove a person's score; return whether there was one."""
        ...

    def take_down(self, tokens: Collection[EmployeeToken]) -> None:
        """Remove these people's scores."""
        ...

    def take_down_older(self, run: ScoringRun) -> None:
        """Remove every score from before a run began, whatever the clock said then."""
        ...

    def scoring_alone(self) -> AbstractContextManager[None]:
        """Hold the only run over everyone; raises `ScoringUnderWay` while another process does.

        Let go at the end of the block. When the process is killed: at once on one machine, where
        the operating system sees to it; on AWS once its lease has run out, within a minute.
        """
        ...

    def begin_run(
        self, model: ModelIdentity, assumed: Mapping[str, FieldValue], *, at: datetime
    ) -> ScoringRun:
        """Note that a run over everyone begins.

        ``assumed`` names the model's inputs, in order, each with what stands in where it is
        missing: with it, kept contributions can be told in words without the model.
        """
        ...

    def unfinished_run(self) -> ScoringRun | None:
        """Return the newest run unless it came to its end."""
        ...

    def keep(
        self, run: ScoringRun, scored: pl.DataFrame, values: pl.DataFrame, *, scored_at: datetime
    ) -> None:
        """Keep the scores of a chunk of people and how far the run has come.

        On one machine both or neither. On AWS a process killed between has kept some of the scores
        and come no further, so the chunk is kept again, and nobody is left out.

        ``scored`` is what a variant's ``score`` returns, ``values`` the model's inputs of the same
        people in order. Newer scores are replaced only where they are from before the run, by a
        clock that was ahead. Raises `StoreUnavailable` when the run has come further meanwhile.
        """
        ...

    def end_run(self, run: ScoringRun, *, at: datetime) -> None:
        """Note that a run has come to its end."""
        ...
