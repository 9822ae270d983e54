"""Quality held against the baseline's thresholds: a violation only where it is sure."""

from collections.abc import Iterable, Mapping
from typing import get_args

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.domain.watch_points import IN_HINDSIGHT
from stayline.formats.model_quality import (
    ModelQualityViolation,
    ModelQualityViolations,
    Operator,
    Threshold,
)
from stayline.modelling.evaluation import LEVEL, Estimate
from stayline.modelling.watching.estimated_quality import FEWEST_EXPECTED, EstimatedQuality
from stayline.modelling.watching.labelled_quality import LabelledQuality

ESTIMATED = "estimated without labels"
QUALITY_CHECK = "quality_check"
"""The check of a figure that has no threshold: it is told, not judged."""
LEAST_COMPARED = 0.8
"""The share of the estimated rows whose labels must be there to say whether it came true."""
_COMPARED = ("auc", "recall", "precision", "share_left")
HINDSIGHT_LEVEL = 1 - (1 - LEVEL) / len(_COMPARED)
"""The level of bands which all compared figures together leave in one of twenty windows at most."""
_OPERATORS: Mapping[str, Operator] = {operator: operator for operator in get_args(Operator)}

Thresholds = Mapping[str, Threshold]
"""``binary_classification_constraints`` of a package's model_quality_constraints.json."""


def estimated_findings(found: EstimatedQuality, thresholds: Thresholds) -> tuple[Finding, ...]:
    """Return one finding per estimated figure; the band says where the realised value will lie.

    What is assumed is in the reason: calibrated risks, and that what makes people leave is as it
    was. The estimate itself cannot see a change of that.
    """
    lacking = "" if found.is_enough else (
        f"{found.n:,} rows lead one to expect {found.expected_positives:.1f} leavers; at least "
        f"{FEWEST_EXPECTED:g} leavers and as many stayers are needed."
    )  # fmt: skip
    return tuple(
        _judged(name, figure, thresholds.get(name), ESTIMATED, found.n, lacking)
        for name, figure in found.figures.items()
    )


def labelled_findings(found: LabelledQuality, thresholds: Thresholds) -> tuple[Finding, ...]:
    """Return one finding per figure, and for each threshold whose figure has no interval."""
    names = dict.fromkeys([*found.figures, *thresholds])
    return tuple(
        _judged(
            name, found.figures.get(name), thresholds.get(name), found.subject, found.n,
            found.lacking,
        )
        for name in names
    )  # fmt: skip


def estimate_against_truth(
    estimate: EstimatedQuality, truth: LabelledQuality
) -> tuple[Finding, ...]:
    """Return, per figure, what was estimated, what came true, and whether that lay in the band.

    ``value`` is what came true, ``baseline`` the estimate, ``low`` and ``high`` its band. Both must
    be of the same window; with labels for less than 80 % of its rows nothing can be said. The
    estimate's bands should be of `HINDSIGHT_LEVEL`, since several figures are compared.
    """
    lacking = truth.lacking
    if not estimate.is_enough:
        lacking = "The window was too small to estimate anything."
    elif truth.n < LEAST_COMPARED * estimate.n:
        lacking = f"Labels are there for {truth.n:,} of the {estimate.n:,} estimated rows."
    return tuple(
        _compared(name, estimate, truth, lacking)
        for name in _COMPARED
        if name in estimate.figures and name in truth.figures
    )


def quality_violations(findings: Iterable[Finding]) -> ModelQualityViolations:
    """Return the findings that are violations of a threshold, in the documented form."""
    return ModelQualityViolations(
        tuple(
            ModelQualityViolation(_OPERATORS[finding.check], finding.reason, finding.metric)
            for finding in findings
            if finding.monitor is Monitor.QUALITY
            and finding.verdict is Verdict.FAIL
            and finding.check in _OPERATORS
        )
    )


def _judged(
    name: str,
    figure: Estimate | None,
    limit: Threshold | None,
    subject: str,
    n: int,
    lacking: str,
) -> Finding:
    verdict, words = _verdict(name, figure, limit, lacking)
    return Finding(
        monitor=Monitor.QUALITY,
        check=QUALITY_CHECK if limit is None else limit.comparison_operator,
        verdict=verdict,
        reason=f"{words} ({subject}, n = {n:,}).",
        subject=subject,
        metric=name,
        value=figure.value if figure else None,
        low=figure.low if figure else None,
        high=figure.high if figure else None,
        threshold=limit.threshold if limit else None,
        n=n,
    )


def _verdict(
    name: str, figure: Estimate | None, limit: Threshold | None, lacking: str
) -> tuple[Verdict, str]:
    if lacking:
        return Verdict.INSUFFICIENT, f"Metric {name} cannot be judged: {lacking.rstrip('.')}"
    if figure is None:
        return Verdict.INSUFFICIENT, f"Metric {name} has no interval on these rows"
    if limit is None:
        return Verdict.PASS, f"Metric {name} is {figure}; it has no threshold"
    is_less = limit.comparison_operator == "LessThanThreshold"
    is_wrong = figure.value < limit.threshold if is_less else figure.value > limit.threshold
    is_sure = figure.high < limit.threshold if is_less else figure.low > limit.threshold
    told = f"{limit.comparison_operator} {limit.threshold:.4f}"
    if is_sure:
        return Verdict.FAIL, f"Metric {name} with {figure} was {told}"
    if is_wrong:
        return Verdict.INSUFFICIENT, (
            f"Metric {name} with {figure} was {told}, but its interval reaches over the threshold"
        )
    return Verdict.PASS, f"Metric {name} with {figure} was not {told}"


def _compared(
    name: str, estimate: EstimatedQuality, truth: LabelledQuality, lacking: str
) -> Finding:
    said, came = estimate.figures[name], truth.figures[name].value
    is_inside = said.low <= came <= said.high
    words = f"{name} was estimated as {said} and came out as {came:.3f}, n = {truth.n:,}"
    if lacking:
        verdict, told = Verdict.INSUFFICIENT, lacking
    elif is_inside:
        verdict, told = Verdict.PASS, "That lies in the band."
    else:
        verdict, told = Verdict.FAIL, (
            "That lies outside the band, which chance alone does to at most "
            f"{len(_COMPARED) * (1 - estimate.level):.0%} of windows in any figure: the model is "
            "no longer calibrated, or leaving has changed."
        )  # fmt: skip
    return Finding(
        Monitor.QUALITY, IN_HINDSIGHT, verdict, f"{words}. {told}", subject=truth.subject,
        metric=name, value=came, low=said.low, high=said.high, baseline=said.value, n=truth.n,
    )  # fmt: skip
