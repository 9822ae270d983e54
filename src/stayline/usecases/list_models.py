"""The registered versions, newest first, with what each was made from and how its gates stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

import msgspec

from stayline.domain.gates import GateResult, Verdict, still_lifted
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.errors import PackageRefused
from stayline.formats.card_figures import Figure
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry

MODELS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class GateTally:
    """How many gate results passed, were waived, block, or only warn."""

    passed: int = 0
    waived: int = 0
    blocking: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One version; ``rows``, ``until``, ``gates`` and ``roc_auc`` are what its package tells.

    ``roc_auc`` is of the newest rows that it was measured on. ``problem`` says in words why the
    package cannot be read; then they tell nothing.
    """

    package: ModelPackage
    rows: int = 0
    until: str = ""
    gates: GateTally = GateTally()
    roc_auc: Figure | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of versions; ``page`` counts from 1, ``total`` all that were asked for."""

    models: Sequence[ListedModel]
    serving: int | None
    page: int
    pages: int
    total: int


def list_models(
    page: int, *, status: ApprovalStatus | None, registry: ModelRegistry, clock: Clock
) -> ModelPage:
    """Return a page of the versions of a status, of all of them for None; newest first.

    Only the packages on that page are read, and one that is damaged hides no other. A page beyond
    the last is the last.
    """
    chosen = [one for one in registry.packages() if status in (None, one.status)][::-1]
    serving, today = registry.serving(), clock.now().date()
    pages = max(1, ceil(len(chosen) / MODELS_A_PAGE))
    shown = min(max(page, 1), pages)
    begin = (shown - 1) * MODELS_A_PAGE
    return ModelPage(
        [_listed(one, registry, today) for one in chosen[begin : begin + MODELS_A_PAGE]],
        None if serving is None else serving.version,
        shown,
        pages,
        len(chosen),
    )


def tally(gates: Sequence[GateResult]) -> GateTally:
    """Count gate results, a waived one as waived and one that does not block as a warning."""
    passed = sum(gate.verdict is Verdict.PASS for gate in gates)
    waived = sum(gate.waiver is not None for gate in gates)
    blocking = sum(gate.blocks for gate in gates)
    return GateTally(passed, waived, blocking, len(gates) - passed - waived - blocking)


def _listed(package: ModelPackage, registry: ModelRegistry, today: date) -> ListedModel:
    try:
        manifest = read_archive(registry.archive(package.digest), package.digest).manifest
        gates = still_lifted(recorded_gates(manifest), on=today)
    except PackageRefused as refusal:
        return ListedModel(package, problem=str(refusal))
    training = manifest.training
    return ListedModel(
        package,
        rows=int(training.get("rows", 0)),
        until=str(training.get("until", ""))[:10],
        gates=tally(gates),
        roc_auc=_roc_auc(manifest),
    )


def _roc_auc(manifest: Manifest) -> Figure | None:
    try:
        return msgspec.convert(manifest.evaluations[-1]["roc_auc"], Figure)
    except (LookupError, msgspec.ValidationError):
        return None
