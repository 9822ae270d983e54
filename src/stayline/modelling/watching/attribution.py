"""What the model goes by in a window, held against what it went by when it was approved.

The rule is SageMaker Clarify's: the nDCG of the inputs' ranking, with the baseline's mean absolute
SHAP values as relevance, is violated below 0.9. Here the whole interval has to be below.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.drift_violations import (
    ATTRIBUTION_CHECK,
    AttributionViolation,
    AttributionViolations,
    drifted_attribution,
)
from stayline.formats.explanation_analysis import ExplanationAnalysis, explanation_analysis
from stayline.modelling.evaluation import Estimate, estimates
from stayline.modelling.predictor import Predictor
from stayline.modelling.watching.joint_level import widening

THRESHOLD = 0.9
MOST_ROWS = 20_000
"""Of more rows so many are explained, drawn by the generator that is passed in."""
FEWEST_PEOPLE = 30
_LABEL = "label0"


@dataclass(frozen=True, slots=True)
class WatchedAttribution:
    """What was found, the violations in SageMaker's form, and the window's own analysis.

    The first finding is on the ranking; the others tell each input's strength and are not judged.
    ``analysis`` is None where the window holds too little to explain.
    """

    findings: tuple[Finding, ...]
    violations: AttributionViolations
    analysis: ExplanationAnalysis | None = None


def watch_attribution(
    predictor: Predictor,
    frame: pl.DataFrame,
    person: np.ndarray,
    baseline: ExplanationAnalysis,
    *,
    rng: np.random.Generator,
) -> WatchedAttribution:
    """Return how the ranking of inputs in ``frame`` compares with the baseline's.

    ``person`` (n,) numbers people, since intervals come from draws of whole people.
    """
    before = baseline.explanations.kernel_shap[_LABEL]
    n = frame.height
    if n > MOST_ROWS:
        drawn = np.sort(rng.choice(n, MOST_ROWS, replace=False))
        frame, person = frame[drawn], person[drawn]
    people = len(np.unique(person))
    if people < FEWEST_PEOPLE or not any(before.global_shap_values.values()):
        return WatchedAttribution((_too_little(people),), AttributionViolations(()))
    strength = np.abs(predictor.contributions(frame))
    relevance = np.array([before.global_shap_values.get(name, 0.0) for name in predictor.inputs])
    score, *means = _estimates(strength, relevance, person, rng)
    ranking = _ranking(score, frame.height, n)
    inputs, expected = predictor.inputs, before.expected_value
    return _concluded(inputs, ranking, means, relevance, expected, frame.height)


def judged_strengths(
    inputs: tuple[str, ...], strength: np.ndarray, baseline: ExplanationAnalysis, *, people: int
) -> WatchedAttribution:
    """Return the same of everyone, whose mean ``strength`` (inputs,) no chance has a part in."""
    before = baseline.explanations.kernel_shap[_LABEL]
    if people < FEWEST_PEOPLE or not any(before.global_shap_values.values()):
        return WatchedAttribution((_too_little(people),), AttributionViolations(()))
    relevance = np.array([before.global_shap_values.get(name, 0.0) for name in inputs])
    means = [Estimate(one, one, one) for one in strength.tolist()]
    score = ndcg(relevance, strength)
    ranking = _ranking(Estimate(score, score, score), people, people)
    return _concluded(inputs, ranking, means, relevance, before.expected_value, people)


def _concluded(
    inputs: tuple[str, ...],
    ranking: Finding,
    means: list[Estimate],
    relevance: np.ndarray,
    expected: float,
    n: int,
) -> WatchedAttribution:
    now = {name: mean.value for name, mean in zip(inputs, means, strict=True)}
    ordered = dict(sorted(now.items(), key=lambda pair: (-pair[1], pair[0])))
    is_violated = ranking.verdict is Verdict.FAIL
    return WatchedAttribution(
        (ranking, *_shifts(inputs, means, relevance, n)),
        AttributionViolations((AttributionViolation(ranking.reason),) if is_violated else ()),
        explanation_analysis(ordered, expected),
    )


def ndcg(relevance: np.ndarray, strength: np.ndarray) -> float:
    """Return how well ``strength`` (inputs,) ranks the inputs by ``relevance``: 1 is as well as
    it can be.

    >>> ndcg(np.array([3.0, 2.0, 1.0]), np.array([0.3, 0.2, 0.1]))
    1.0
    """
    if len(relevance) < 2:
        return 1.0
    from sklearn.metrics import ndcg_score

    return float(ndcg_score(relevance[None], strength[None]))


def _estimates(
    strength: np.ndarray, relevance: np.ndarray, person: np.ndarray, rng: np.random.Generator
) -> list[Estimate]:
    """Return the nDCG and each input's mean strength, with intervals."""

    def figures(weights: np.ndarray) -> np.ndarray:
        means = weights @ strength / weights.sum(axis=1, keepdims=True)
        return np.column_stack([[ndcg(relevance, row) for row in means], means])

    score, *means = estimates(figures, person, rng)
    return [_reflected(score), *means]


def _reflected(score: Estimate) -> Estimate:
    """Turn the interval round its value: noise lowers an nDCG near 1, and a draw doubly so."""
    return Estimate(
        score.value,
        max(0.0, min(score.value, 2 * score.value - score.high)),
        min(1.0, max(score.value, 2 * score.value - score.low)),
    )


def _ranking(score: Estimate, explained: int, rows: int) -> Finding:
    told = f"nDCG {score}, from {explained:,} of {rows:,} rows"
    if score.high < THRESHOLD:
        verdict, reason = Verdict.FAIL, f"{drifted_attribution(score.value, THRESHOLD)}: {told}."
    elif score.low < THRESHOLD:
        verdict, reason = (
            Verdict.INSUFFICIENT,
            f"{told}: whether the ranking is still that of the baseline is not settled.",
        )
    else:
        verdict, reason = Verdict.PASS, f"{told}: the ranking is much as in the baseline."
    return Finding(
        monitor=Monitor.ATTRIBUTION,
        check=ATTRIBUTION_CHECK,
        verdict=verdict,
        reason=reason,
        metric="ndcg",
        value=score.value,
        low=score.low,
        high=score.high,
        threshold=THRESHOLD,
        baseline=1.0,
        n=explained,
    )


def _shifts(
    inputs: tuple[str, ...], means: list[Estimate], relevance: np.ndarray, n: int
) -> Iterator[Finding]:
    """Yield what each input weighs now, and say whether it changed beyond chance."""
    wider = widening(len(inputs))
    ranks = _ranks(np.array([mean.value for mean in means]))
    for name, mean, was, rank, former in zip(
        inputs, means, relevance.tolist(), ranks, _ranks(relevance), strict=True
    ):
        room = (mean.high - mean.value if was > mean.value else mean.value - mean.low) * wider
        change = "more" if mean.value > was else "less"
        moved = f"{change} than then" if abs(mean.value - was) > room else "as then, within chance"
        yield Finding(
            monitor=Monitor.ATTRIBUTION,
            check=ATTRIBUTION_CHECK,
            verdict=Verdict.PASS,
            reason=f"Weighs {mean}, {was:.3f} in the baseline: {moved}; rank {rank}, was {former}.",
            subject=name,
            metric="mean_abs_shap",
            value=mean.value,
            low=mean.low,
            high=mean.high,
            baseline=was,
            n=n,
        )


def _ranks(strength: np.ndarray) -> list[int]:
    order = np.argsort(-strength, kind="stable")
    return [int(rank) for rank in np.argsort(order) + 1]


def _too_little(people: int) -> Finding:
    return Finding(
        Monitor.ATTRIBUTION,
        ATTRIBUTION_CHECK,
        Verdict.INSUFFICIENT,
        f"Fewer than {FEWEST_PEOPLE} people were scored, or the baseline holds no strengths, so "
        "the ranking of inputs was not judged.",
        metric="ndcg",
        threshold=THRESHOLD,
        n=people if people >= 5 else 0,
    )
