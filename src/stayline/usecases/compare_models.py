"""Two registered versions side by side, as far as their packages tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from stayline.domain.model_package import ModelPackage
from stayline.formats.card_figures import ComparisonFigures
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.modelling.evaluation import Estimate
from stayline.modelling.gating.verdict_words import verdict_words
from stayline.ports.model_registry import ModelRegistry
from stayline.reports.evidence import compared_with_champion

FAIRNESS_REPORT = "fairness.json"
FIGURES = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "recall_at_alert": "recall at the alert threshold",
    "precision_at_alert": "precision at the alert threshold",
    "lift_at_alert": "lift at the alert threshold",
    "share_alerted": "share of rows alerted",
    "calibration_error": "calibration error",
    "brier": "Brier",
    "brier_skill": "Brier skill",
}

Value = Estimate | float | int | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of both versions; None where a version does not have it."""

    what: str
    first: Value
    second: Value


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Rows by section, and what to mind when reading them.

    ``paired`` are the figures of both on the very same rows, with the difference between them, as
    the gates of ``challenger`` measured them; None where those compared with another model.
    """

    versions: tuple[int, int]
    sections: Mapping[str, tuple[Row, ...]]
    remarks: tuple[str, ...]
    challenger: int | None = None
    paired: ComparisonFigures | None = None


def compare_models(first: int, second: int, *, registry: ModelRegistry) -> SideBySide:
    """Return two versions side by side, each figure as its own package holds it.

    Nothing is measured anew, so figures of different rows stand beside each other; the remarks say
    where that is so. Raises `UnknownModel` and `PackageRefused`.
    """
    sides = _side(first, registry), _side(second, registry)
    sections = {
        "model": _paired(*map(_model, sides)),
        "inputs": _paired(*map(_inputs, sides)),
        "figures": _paired(*map(_figures, sides)),
        "gates": _paired(*map(_gates, sides)),
        "recall minus everybody else's": _paired(*(side.recall for side in sides)),
        "recall by group": _paired(*(side.found for side in sides)),
        "share flagged by group": _paired(*(side.flagged for side in sides)),
    }
    challenger, paired = _measured_together(*sides)
    return SideBySide((first, second), sections, tuple(_remarks(*sides)), challenger, paired)


@dataclass(frozen=True, slots=True)
class _Side:
    package: ModelPackage
    manifest: Manifest
    comparison: ComparisonFigures | None
    recall: Mapping[str, Value]
    found: Mapping[str, Value]
    flagged: Mapping[str, Value]


class _Group(msgspec.Struct):
    facet: str
    group: str
    differences: dict[str, Estimate | None]
    recall: Estimate | None = None
    selection_rate: Estimate | None = None


class _Audit(msgspec.Struct):
    groups: list[_Group]


def _side(version: int, registry: ModelRegistry) -> _Side:
    package = registry.find(version)
    manifest = read_archive(registry.archive(package.digest), package.digest).manifest
    reports = registry.reports(package.digest)
    comparison = compared_with_champion(manifest, reports)
    report = reports.get(FAIRNESS_REPORT)
    groups = [] if report is None else msgspec.json.decode(report, type=_Audit).groups
    named = {f"{group.facet} = {group.group}": group for group in groups}
    return _Side(
        package,
        manifest,
        comparison,
        recall={name: group.differences.get("recall") for name, group in named.items()},
        found={name: group.recall for name, group in named.items()},
        flagged={name: group.selection_rate for name, group in named.items()},
    )


def _measured_together(one: _Side, other: _Side) -> tuple[int | None, ComparisonFigures | None]:
    """Return which version's gates compared it with the other one, and what they found."""
    for challenger, champion in ((other, one), (one, other)):
        is_it = challenger.manifest.champion == champion.package.digest
        if is_it and challenger.comparison is not None:
            return challenger.package.version, challenger.comparison
    return None, None


def _model(side: _Side) -> dict[str, Value]:
    package, manifest = side.package, side.manifest
    training = manifest.training
    return {
        "status": package.status.value,
        "trained by": package.trained_by,
        "trained at": f"{package.trained_at:%Y-%m-%d %H:%M} UTC",
        "rows": training.get("rows"),
        "rows of people who left": training.get("positives"),
        "rows until": training.get("until"),
        "trees": manifest.rounds,
        **manifest.parameters,
        "calibration": manifest.calibration.kind,
        "alert policy": manifest.policy,
        "band 'medium' from": manifest.bands.medium,
        "band 'high' from": manifest.bands.high,
    }


def _inputs(side: _Side) -> dict[str, Value]:
    return {one.name: "justified" if one.justification else "yes" for one in side.manifest.inputs}


def _figures(side: _Side) -> dict[str, Value]:
    told: dict[str, Value] = {}
    for evaluation in side.manifest.evaluations:
        where = evaluation["measured_on"]
        told[f"rows, {where}"] = evaluation["n"]
        told[f"rows of people who left, {where}"] = evaluation["positives"]
        if "people" in evaluation:
            told[f"people, {where}"] = evaluation["people"]
            told[f"people who left, {where}"] = evaluation["people_who_left"]
        for name, words in FIGURES.items():
            if name in evaluation:
                told[f"{words}, {where}"] = msgspec.convert(evaluation[name], Estimate)
    return told


def _gates(side: _Side) -> dict[str, Value]:
    return {
        gate.title: verdict_words(
            gate.verdict.value,
            is_blocking=gate.is_blocking,
            waived_by=gate.waiver.filed_by if gate.waiver else "",
        )
        for gate in recorded_gates(side.manifest)
    }


def _paired(first: Mapping[str, Value], second: Mapping[str, Value]) -> tuple[Row, ...]:
    return tuple(
        Row(what, first.get(what), second.get(what)) for what in dict.fromkeys([*first, *second])
    )


def _remarks(first: _Side, second: _Side) -> Iterable[str]:
    """Say where figures are of different rows, which no table shows by itself."""
    one, other = _measured(first), _measured(second)
    for where in dict.fromkeys([*one, *other]):
        versions = first.package.version, second.package.version
        if where not in one or where not in other:
            only = versions[0] if where in one else versions[1]
            yield f"Only version {only} was measured {where}."
        elif one[where] != other[where]:
            yield (
                f"Measured {where} on different rows ({one[where]} against {other[where]}): a "
                "difference between those figures is not one between the models alone."
            )
    yield (
        "Each interval is that figure's own. How sure a difference is, only figures of the same "
        "rows can tell: see gate 'quality against champion' of the later version."
    )


def _measured(side: _Side) -> dict[str, str]:
    """Return, for each kind of rows, which ones they were."""
    until = side.manifest.training.get("until", "an unknown day")
    years = ", ".join(str(period["period"]) for period in side.manifest.periods)
    return {
        evaluation["measured_on"]: (
            f"n = {evaluation['n']:,} rows, {evaluation['positives']:,} of people who left, "
            f"trained until {until}" + (f", later rows of {years}" if years else "")
        )
        for evaluation in side.manifest.evaluations
    }
