"""Is the model good enough, and no worse than the one it would replace?"""

import math
from collections.abc import Mapping
from statistics import NormalDist

from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.modelling.comparison import ComparedFigure, Comparison
from stayline.modelling.evaluation import Estimate, Evaluation, counts_in_words

Figures = Mapping[str, float | int | str | None]
_NOT_EXCLUDED = " A figure beyond it is not excluded."


def floor_results(evaluation: Evaluation, policy: GatePolicy) -> list[GateResult]:
    """Return one result for each figure that has a limit of its own.

    A figure on the right side of its limit passes. On the wrong side it fails when its whole
    interval is there, too, and is insufficient evidence otherwise, or when fewer people left than
    ``policy.fewest_positives``, where intervals say too little. A calibration error has to be
    beyond its limit by more than chance alone adds to it.
    """
    by_chance = calibration_error_by_chance(evaluation)
    return [
        _floor("ROC AUC", evaluation.roc_auc, policy.minimum_roc_auc, evaluation, policy),
        _floor(
            "recall at the alert threshold", evaluation.recall_at_alert, policy.minimum_recall,
            evaluation, policy,
        ),
        _floor(
            "lift at the alert threshold", evaluation.lift_at_alert, policy.minimum_lift,
            evaluation, policy,
        ),
        _floor(
            "calibration error", evaluation.calibration_error, policy.largest_calibration_error,
            evaluation, policy, slack=by_chance,
        ),
    ]  # fmt: skip


def champion_results(comparison: Comparison | None, policy: GatePolicy) -> list[GateResult]:
    """Return one result for each figure that may only fall so far below the deployed model's.

    Within the tolerated loss a figure passes. Beyond it, it fails when it is surely worse, that is
    when the whole interval of the difference is on the losing side of 0; else the evidence is
    insufficient. What is surely worse, but within the tolerated loss, is a warning: many such
    losses, one after another, are for a person to allow. Without a deployed model there is nothing
    to lose, which is a pass.
    """
    name = Gate.QUALITY_AGAINST_CHAMPION
    if comparison is None:
        return [GateResult(name, Verdict.PASS, "There is no deployed model to compare with.")]
    loss = policy.largest_loss
    return [
        _against("ROC AUC", comparison.roc_auc, loss, comparison),
        _against("recall at the alert threshold", comparison.recall, loss, comparison),
        _against("precision at the alert threshold", comparison.precision, loss, comparison),
        _against(
            "calibration error", comparison.calibration_error, policy.largest_calibration_loss,
            comparison, more_is_worse=True,
        ),
    ]  # fmt: skip


def calibration_error_by_chance(evaluation: Evaluation) -> float:
    """Return the calibration error that perfect probabilities would show on as many rows.

    The mean of a half-normal, bin by bin, with the spread of each bin's own rate: in a bin of few
    rows the rate strays from the truth, whatever the model.
    """
    widths = 2 * NormalDist().inv_cdf((1 + evaluation.level) / 2)
    spread = sum(one.count * (one.rate.high - one.rate.low) for one in evaluation.calibration_curve)
    return math.sqrt(2 / math.pi) * spread / widths / evaluation.n


def known(value: float) -> float | None:
    """Return a figure for the record; None where it is not defined."""
    return value if math.isfinite(value) else None


def _floor(
    subject: str,
    found: Estimate,
    limit: float,
    evaluation: Evaluation,
    policy: GatePolicy,
    *,
    slack: float | None = None,
) -> GateResult:
    """Judge a figure by its limit: a least one, or, with a slack, a largest one."""
    is_largest = slack is not None
    shortfall = found.value - limit if is_largest else limit - found.value
    surely = found.low - limit - (slack or 0) if is_largest else limit - found.high
    nearer = found.high - limit if is_largest else limit - found.low
    is_few = evaluation.positives < policy.fewest_positives
    if shortfall <= 0:
        verdict = Verdict.PASS
    elif surely > 0 and not is_few:
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.INSUFFICIENT
    asked = f"at most {limit:g}" if is_largest else f"at least {limit:g}"
    chance = f" Perfect probabilities would show {slack:.3f} by chance." if slack else ""
    added = {
        Verdict.PASS: _NOT_EXCLUDED if nearer > 0 else "",
        Verdict.INSUFFICIENT: " Too few left to settle it."
        if is_few
        else " The interval reaches over the limit, so that is not settled.",
        Verdict.FAIL: " The whole interval is beyond the limit.",
    }[verdict]
    return GateResult(
        Gate.QUALITY_FLOOR,
        verdict,
        f"{found}, measured {evaluation.measured_on}, n = {_counts(evaluation)}; {asked} is asked "
        f"for.{chance}{added}",
        subject,
        figures=_record(found, limit, evaluation.n, evaluation.positives),
    )


def _against(
    subject: str,
    figure: ComparedFigure,
    limit: float,
    comparison: Comparison,
    *,
    more_is_worse: bool = False,
) -> GateResult:
    found = figure.difference
    loss, least, most = (
        (found.value, found.low, found.high)
        if more_is_worse
        else (-found.value, -found.high, -found.low)
    )
    is_within = loss <= limit  # an undefined difference is not
    verdict = Verdict.PASS if is_within else Verdict.INSUFFICIENT
    if least > 0:
        verdict = Verdict.FAIL
    way = "a rise" if more_is_worse else "a fall"
    added = {
        Verdict.PASS: _NOT_EXCLUDED if most > limit else "",
        Verdict.INSUFFICIENT: " The interval reaches over 0, so it may be no loss at all.",
        Verdict.FAIL: " Surely worse, within what is allowed."
        if is_within
        else " The whole interval is a loss.",
    }[verdict]
    return GateResult(
        Gate.QUALITY_AGAINST_CHAMPION,
        verdict,
        f"{figure.challenger} against the deployed model's {figure.champion}, a difference of "
        f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f}), measured "
        f"{comparison.measured_on}, n = {_counts(comparison)}; {way} of at most {limit:g} "
        f"is allowed.{added}",
        subject,
        is_blocking=not (is_within and verdict is Verdict.FAIL),
        figures={
            **_record(found, limit, comparison.n, comparison.positives),
            "challenger": known(figure.challenger.value),
            "champion": known(figure.champion.value),
        },
    )


def _counts(of: Evaluation | Comparison) -> str:
    return counts_in_words(of.n, of.positives, of.people, of.people_who_left)


def _record(found: Estimate, limit: float, n: int, positives: int) -> Figures:
    return {
        "value": known(found.value),
        "low": known(found.low),
        "high": known(found.high),
        "limit": limit,
        "n": n,
        "positives": positives,
    }
