"""When a new version must not go on: errors, latency, shift of scores, each with its n."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from stayline.domain.gates import Verdict
from stayline.domain.trial_tally import ScoreShift, Tally, TrialTally

FEWEST = 30
"""With fewer answers nothing is claimed of a share, a percentile or a mean."""
FEWEST_ERRORS = 3
"""With fewer failures the alarm never rings."""
MOST_ERRORS = 0.01
_Z = 3.0
"""How sure an alarm that is looked at over and over must be: three standard errors."""
SLOWEST_S = 0.2
SLOWER_THAN_CHAMPION = 2.0
UNNOTICED_S = 0.02
"""A candidate within this is quick, how much quicker the champion may be."""
LARGEST_SHIFT = 0.10
MOST_BANDS = 0.25


class Alarm(StrEnum):
    """What is watched while a version is on trial."""

    ERRORS = "errors"
    LATENCY = "latency"
    SCORE_SHIFT = "score shift"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one alarm says, in words that hold its figures and their n."""

    alarm: Alarm
    verdict: Verdict
    text: str

    def __str__(self) -> str:
        unsure = " (insufficient evidence)" if self.verdict is Verdict.INSUFFICIENT else ""
        return f"{self.alarm.value}: {self.text}{unsure}"


def readings(tally: TrialTally, *, is_shift_allowed: bool = False) -> tuple[Reading, ...]:
    """Return what each alarm says of a trial; one that fails ends it.

    ``is_shift_allowed`` is for a version that is meant to score otherwise: the shift is measured
    and told, and stops nothing.
    """
    return (
        _errors(tally.candidate, tally.champion),
        _latency(tally.candidate, tally.champion),
        _shift(tally.shift, is_allowed=is_shift_allowed),
    )


def ringing(found: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the alarms that ring."""
    return tuple(reading for reading in found if reading.verdict is Verdict.FAIL)


def told(found: Iterable[Reading]) -> str:
    """Return what the alarms say, in one line."""
    return "; ".join(str(reading) for reading in found)


def _errors(candidate: Tally, champion: Tally) -> Reading:
    text = (
        f"{candidate.errors} of {candidate.invocations} failed ({candidate.share_of_errors:.1%}; "
        f"before: {champion.errors} of {champion.invocations})"
    )
    most = max(MOST_ERRORS, champion.share_of_errors)
    is_worse = candidate.errors >= FEWEST_ERRORS and _at_least(candidate) > most
    return Reading(
        Alarm.ERRORS, _verdict(is_worse, is_worse or candidate.invocations >= FEWEST), text
    )


def _at_least(tally: Tally) -> float:
    """Return Wilson's lower bound of the share of errors."""
    n, share, z2 = tally.invocations, tally.share_of_errors, _Z * _Z
    spread = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (share + z2 / (2 * n) - spread) / (1 + z2 / n)


def _latency(candidate: Tally, champion: Tally) -> Reading:
    p95, before = candidate.latencies.p95_s, champion.latencies.p95_s
    n, n_before = candidate.latencies.n, champion.latencies.n
    if p95 is None:
        return Reading(Alarm.LATENCY, Verdict.INSUFFICIENT, "no answer was timed, n = 0")
    text = f"p95 {p95 * 1000:.1f} ms, n = {n}"
    is_slow = p95 > SLOWEST_S
    if before is None or n_before < FEWEST:
        text += f" (before: n = {n_before}, too few to compare with)"
    else:
        text += f" (before: {before * 1000:.1f} ms, n = {n_before})"
        is_slow = (is_slow and before <= SLOWEST_S) or p95 > max(
            UNNOTICED_S, SLOWER_THAN_CHAMPION * before
        )
    return Reading(Alarm.LATENCY, _verdict(is_slow, n >= FEWEST), text)


def _shift(shift: ScoreShift, *, is_allowed: bool) -> Reading:
    text = (
        f"risks differ by {shift.mean:.3f} on average, {shift.share_of_bands:.0%} of bands "
        f"change, n = {shift.n}"
    )
    is_far = shift.mean > LARGEST_SHIFT or shift.share_of_bands > MOST_BANDS
    if is_far and is_allowed and shift.n >= FEWEST:
        return Reading(Alarm.SCORE_SHIFT, Verdict.PASS, f"{text}, as allowed")
    return Reading(Alarm.SCORE_SHIFT, _verdict(is_far, shift.n >= FEWEST), text)


def _verdict(is_bad: bool, is_enough: bool) -> Verdict:
    if not is_enough:
        return Verdict.INSUFFICIENT
    return Verdict.FAIL if is_bad else Verdict.PASS
