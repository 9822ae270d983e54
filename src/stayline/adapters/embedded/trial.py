"""A candidate tried beside the champion: counted, paired, and never in a caller's way."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from stayline.adapters.embedded.model_shelf import Loaded
from stayline.domain.risk_score import FieldValue, ModelIdentity, Prediction
from stayline.domain.trial_tally import BUCKETS, Latencies, ScoreShift, Tally, TrialTally, bucket_of

_log = logging.getLogger(__name__)


class TrialCounts:
    """What this process sees of one rollout; safe to use from several threads."""

    def __init__(self, rollout_id: str) -> None:
        self.rollout_id = rollout_id
        self._lock = threading.Lock()
        self._durations = {True: [0] * BUCKETS, False: [0] * BUCKETS}
        self._errors = {True: 0, False: 0}
        self._shift = ScoreShift()

    def answered(self, seconds: float, *, is_candidate: bool) -> None:
        """Count an answer."""
        with self._lock:
            self._durations[is_candidate][bucket_of(seconds)] += 1

    def failed(self, *, is_candidate: bool) -> None:
        """Count a failure."""
        with self._lock:
            self._errors[is_candidate] += 1

    def paired(self, new: Sequence[Prediction], old: Sequence[Prediction]) -> None:
        """Count how far apart the two models are on the same rows."""
        pairs = list(zip(new, old, strict=True))
        apart = sum(abs(one.risk - other.risk) for one, other in pairs)
        moved = sum(one.band is not other.band for one, other in pairs)
        with self._lock:
            self._shift += ScoreShift(len(pairs), apart, moved)

    def tally(self) -> TrialTally:
        """Return what was counted so far."""
        with self._lock:
            return TrialTally(self._of(True), self._of(False), self._shift)

    def _of(self, is_candidate: bool) -> Tally:
        counts, errors = tuple(self._durations[is_candidate]), self._errors[is_candidate]
        return Tally(sum(counts) + errors, errors, Latencies(counts))


class Watched:
    """The champion while a rollout is under way: what it does is counted.

    ``name`` and ``model`` are those of whoever answered, once that is known.
    """

    def __init__(self, champion: Loaded, counts: TrialCounts) -> None:
        self._champion = champion
        self._counts = counts
        self._answers = champion
        self._assumed = champion.assumed

    @property
    def name(self) -> str:
        """What the answer calls it."""
        return self._answers.name

    @property
    def model(self) -> ModelIdentity:
        """Which model it is."""
        return self._answers.model

    @property
    def inputs(self) -> tuple[str, ...]:
        """The model inputs, in order."""
        return tuple(self._assumed)

    @property
    def assumed(self) -> Mapping[str, FieldValue]:
        """What each input is taken as where it is missing."""
        return self._assumed

    @property
    def width(self) -> int:
        """How many encoded columns the inputs make."""
        return self._answers.width

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the inputs' values that are encoded to these cells."""
        return self._answers.decode_row(cells, as_of)

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        began = time.perf_counter()
        try:
            answer = self._champion.predict(rows, as_of, with_reasons=with_reasons)
        except Exception:
            self._counts.failed(is_candidate=False)
            raise
        self._counts.answered(time.perf_counter() - began, is_candidate=False)
        return answer

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        return self._champion.score(frame)


class OnTrial(Watched):
    """The candidate for one request; once it fails, the champion answers, and is named.

    ``inputs`` are the candidate's, then those that only the champion reads, so that both can answer
    the same rows; after a frame was scored, those of whoever did it, as its contributions are.
    """

    def __init__(self, candidate: Loaded, champion: Loaded, counts: TrialCounts) -> None:
        super().__init__(champion, counts)
        self._candidate = candidate
        self._answers = candidate
        self._assumed = candidate.assumed
        if champion.inputs != candidate.inputs:
            self._assumed = {**candidate.assumed, **_without(champion.assumed, candidate.assumed)}

    def predict(
        self,
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
        *,
        with_reasons: bool = True,
    ) -> tuple[Prediction, ...]:
        """Return one prediction per row."""
        if self._answers is self._candidate:
            began = time.perf_counter()
            try:
                answer = self._candidate.predict(rows, as_of, with_reasons=with_reasons)
            except Exception as error:
                self._give_way(error)
            else:
                self._counts.answered(time.perf_counter() - began, is_candidate=True)
                self._compare(answer, rows, as_of)
                return answer
        return super().predict(rows, as_of, with_reasons=with_reasons)

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of a whole frame of features, in its order."""
        if self._answers is self._candidate:
            try:
                scored = self._candidate.score(frame)
            except Exception as error:
                self._give_way(error)
            else:
                self._assumed = self._candidate.assumed
                return scored
        self._assumed = self._champion.assumed
        return self._champion.score(frame)

    def _compare(
        self,
        answer: Sequence[Prediction],
        rows: Sequence[Mapping[str, FieldValue]],
        as_of: Sequence[datetime],
    ) -> None:
        try:
            before = self._champion.predict(rows, as_of, with_reasons=False)
        except Exception:  # the candidate has answered; there is nothing to compare it with
            self._counts.failed(is_candidate=False)
        else:
            self._counts.paired(answer, before)

    def _give_way(self, error: Exception) -> None:
        self._counts.failed(is_candidate=True)
        _log.error(
            "Version %s, on trial, failed (%s); version %s answers",
            self._candidate.model.version, type(error).__name__, self._champion.model.version,
        )  # fmt: skip
        self._answers = self._champion


def _without(
    names: Mapping[str, FieldValue], others: Mapping[str, FieldValue]
) -> dict[str, FieldValue]:
    return {name: value for name, value in names.items() if name not in others}
