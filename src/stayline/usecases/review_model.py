"""What somebody must know before deciding on a version: evidence now, objections, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass

from stayline.domain.approval_evidence import check_evidence
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import GateResult, still_lifted
from stayline.domain.model_package import (
    MINIMUM_APPROVAL_REASON,
    ApprovalStatus,
    ModelPackage,
    approve,
)
from stayline.errors import ApprovalRefused
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry

MOST_EVENTS = 50
_LOGGED = frozenset(
    {
        AuditEventKind.MODEL_REGISTERED,
        AuditEventKind.MODEL_APPROVED,
        AuditEventKind.MODEL_REJECTED,
        AuditEventKind.DEPLOYMENT_STARTED,
        AuditEventKind.DEPLOYMENT_REFUSED,
        AuditEventKind.DEPLOYMENT_ROLLED_BACK,
        AuditEventKind.MODEL_DEPLOYED,
        AuditEventKind.MODEL_ROLLED_BACK,
    }
)


@dataclass(frozen=True, slots=True)
class ModelReview:
    """A version as somebody sees it who may have to decide on it.

    ``gates`` are the recorded results, without waivers that have expired by now. ``objection`` says
    in words why it may not be approved now, by this person; empty where it may, and for a version
    that was decided on. ``log`` are the newest events of the version, oldest first, with ``is_cut``
    where there are more.
    """

    package: ModelPackage
    is_deployed: bool
    manifest: Manifest
    gates: Sequence[GateResult]
    objection: str
    log: Sequence[AuditEvent]
    is_cut: bool

    @property
    def is_pending(self) -> bool:
        """Whether nobody has decided on it yet."""
        return self.package.status is ApprovalStatus.PENDING


def review_model(
    version: int, *, by: str | None, registry: ModelRegistry, audit: AuditLog, clock: Clock
) -> ModelReview:
    """Return what ``by`` must know of a version; nothing is changed and nothing is promised.

    ``by`` is None for somebody who only looks: then objections are those to anybody's approval.
    An approval checks everything again. Raises `UnknownModel` and `PackageRefused`.
    """
    package, deployed, now = registry.find(version), registry.deployed(), clock.now()
    manifest = read_archive(registry.archive(package.digest), package.digest).manifest
    gates = still_lifted(recorded_gates(manifest), on=now.date())
    objection = ""
    if package.status is ApprovalStatus.PENDING:
        try:
            serving = "" if deployed is None else deployed.digest
            check_evidence(version, gates, compared_with=manifest.champion, serving=serving)
            some_reason = "." * MINIMUM_APPROVAL_REASON
            if by is not None:
                approve(package, digest=package.digest, by=by, reason=some_reason, at=now)
        except ApprovalRefused as refusal:
            objection = str(refusal)
    log = list(audit.between(kinds=_LOGGED, subject=str(version), limit=MOST_EVENTS + 1))
    return ModelReview(
        package,
        deployed is not None and deployed.version == version,
        manifest,
        gates,
        objection,
        log[-MOST_EVENTS:],
        len(log) > MOST_EVENTS,
    )
