"""Read from a model's package what became of people it gave about the same score."""

from stayline.domain.scores_alike import Alike
from stayline.formats.card_figures import EvaluationFigures
from stayline.formats.model_archive import read_archive
from stayline.ports.model_registry import ModelRegistry
from stayline.reports.evidence import manifest_part


def read_scores_alike(digest: str, *, registry: ModelRegistry) -> tuple[Alike, ...]:
    """Return the tenths of the people the package was last measured on, by risk.

    Empty where it was measured on nobody. The whole package is read for it, so keep what comes
    back: it never changes. Raises `PackageRefused` where the package is missing or altered, and
    `ReportUnreadable` where what it was measured by is of another form.
    """
    manifest = read_archive(registry.archive(digest), digest).manifest
    measured = manifest_part(manifest.evaluations, tuple[EvaluationFigures, ...])
    last = [one for one in measured if one.calibration_curve][-1:]
    return tuple(
        Alike(point.count, point.mean_risk, rate.value, rate.low, rate.high, one.measured_on)
        for one in last
        for point in one.calibration_curve
        if (rate := point.rate).value is not None and rate.low is not None and rate.high is not None
    )
