"""A new model tried in the shadow: it and the one before answer the same rows, nobody is told."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from stayline.domain.risk_score import FieldValue, Prediction
from stayline.domain.trial_tally import BUCKETS, Latencies, ScoreShift, Tally, TrialTally, bucket_of
from stayline.modelling.predictor import Predictor

ShadowRow = tuple[Mapping[str, FieldValue], datetime]
"""The values of a past request, and when they were true."""


def replay(rows: Iterable[ShadowRow], *, candidate: Predictor, champion: Predictor) -> TrialTally:
    """Return how both models do on these rows, answered one by one, with reasons, as in use."""
    new, old = _Run(candidate), _Run(champion)
    shift = ScoreShift()
    for values, as_of in rows:
        one, other = new.answer(values, as_of), old.answer(values, as_of)
        if one is not None and other is not None:
            moved = int(one.band is not other.band)
            shift += ScoreShift(1, abs(one.risk - other.risk), moved)
    return TrialTally(new.tally(), old.tally(), shift)


class _Run:
    """One model's answers, counted."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._durations = [0] * BUCKETS
        self._errors = 0

    def answer(self, values: Mapping[str, FieldValue], as_of: datetime) -> Prediction | None:
        """Return the prediction, None where the model fails."""
        began = time.perf_counter()
        try:
            (prediction,) = self._predictor.predict([values], [as_of])
        except Exception:  # whatever it is, in use it would have been a failed request
            self._errors += 1
            return None
        self._durations[bucket_of(time.perf_counter() - began)] += 1
        return prediction

    def tally(self) -> Tally:
        """Return what was counted."""
        counts = tuple(self._durations)
        return Tally(sum(counts) + self._errors, self._errors, Latencies(counts))
