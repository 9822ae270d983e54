"""What a package's own files say of its model, each checked against the digest it was judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from stayline.errors import ReportUnreadable
from stayline.formats.card_figures import ComparisonFigures, GroupText
from stayline.formats.explanation_analysis import ExplanationAnalysis
from stayline.formats.model_archive import Manifest, archive_digest
from stayline.formats.report_json import decode

FAIRNESS = "fairness.json"
EXPLANATION = "explainability_analysis.json"
EVALUATION = "evaluation.json"
Section = TypeVar("Section")
Report = TypeVar("Report", bound=msgspec.Struct)


class Audit(msgspec.Struct, frozen=True):
    """As much of the fairness audit as a card shows."""

    n: int
    positives: int
    groups: tuple[GroupText, ...]
    people: int = 0
    people_who_left: int = 0


class _Findings(msgspec.Struct, frozen=True):
    comparison: ComparisonFigures | None = None


class _Evaluation(msgspec.Struct, frozen=True):
    stayline: _Findings = _Findings()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reports as far as they are there; ``missing`` names the others.

    ``reasons`` maps each input to its mean absolute contribution in log-odds.
    """

    audit: Audit | None
    reasons: Mapping[str, float]
    comparison: ComparisonFigures | None
    missing: tuple[str, ...]


def evidence(manifest: Manifest, reports: Mapping[str, bytes]) -> Evidence:
    """Return what the reports say; raises `ReportUnreadable` for a torn or another report."""
    _check(manifest, reports)
    return Evidence(
        audit=_report(reports, FAIRNESS, Audit),
        reasons=_reasons(_report(reports, EXPLANATION, ExplanationAnalysis)),
        comparison=_comparison(reports),
        missing=tuple(n for n in (FAIRNESS, EXPLANATION, EVALUATION) if n not in reports),
    )


def compared_with_champion(
    manifest: Manifest, reports: Mapping[str, bytes]
) -> ComparisonFigures | None:
    """Return the figures of the new and the deployed model on the same rows, None where none are.

    Raises `ReportUnreadable` for a torn or another report.
    """
    _check(manifest, {name: data for name, data in reports.items() if name == EVALUATION})
    return _comparison(reports)


def manifest_part(value: Any, form: type[Section]) -> Section:
    """Return a part of the manifest, which is open JSON, in the card's own form."""
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise ReportUnreadable("manifest.json", str(error)) from error


def _check(manifest: Manifest, reports: Mapping[str, bytes]) -> None:
    for name, data in reports.items():
        named, found = manifest.reports.get(name), archive_digest(data)
        if named is not None and found != named:
            raise ReportUnreadable(name, f"its digest is {found}, the package names {named}")


def _comparison(reports: Mapping[str, bytes]) -> ComparisonFigures | None:
    evaluated = _report(reports, EVALUATION, _Evaluation)
    return evaluated.stayline.comparison if evaluated else None


def _report(reports: Mapping[str, bytes], name: str, form: type[Report]) -> Report | None:
    return decode(reports[name], form, name) if name in reports else None


def _reasons(explained: ExplanationAnalysis | None) -> dict[str, float]:
    classes = explained.explanations.kernel_shap.values() if explained else ()
    return {name: value for one in classes for name, value in one.global_shap_values.items()}
