"""A trained model on its way from registered to deployed, and the rules of that way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from stayline.domain.second_person import is_a_name, same_person
from stayline.errors import ApprovalRefused

MINIMUM_APPROVAL_REASON = 10
RULE = "rule: all gates passed"
"""Who decided, where no person did: never a person, never a stand-in for one."""


class ApprovalStatus(StrEnum):
    """SageMaker's words for where a package stands."""

    PENDING = "PendingManualApproval"
    APPROVED = "Approved"
    REJECTED = "Rejected"


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """One registered version. ``digest`` is ``sha256:`` of the archive's bytes and never changes.

    ``is_stand_in`` marks an approval that a machine gave for a demonstration.
    """

    version: int
    digest: str
    status: ApprovalStatus
    trained_by: str
    trained_at: datetime
    metrics: Mapping[str, float]
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    is_stand_in: bool = False


def approve(
    package: ModelPackage,
    *,
    digest: str,
    by: str,
    reason: str,
    at: datetime,
    is_stand_in: bool = False,
) -> ModelPackage:
    """Return the approved package, or raise `ApprovalRefused`.

    Needs a reason, a person other than whoever trained it, and the digest of the bytes that were
    looked at, so that an approval can never slide over to another archive.
    """
    return _decided(
        package, ApprovalStatus.APPROVED, digest=digest, by=by, reason=reason, at=at,
        is_stand_in=is_stand_in,
    )  # fmt: skip


def approve_by_rule(package: ModelPackage, *, digest: str, at: datetime) -> ModelPackage:
    """Return the package approved by the rule that all its gates passed.

    The caller has seen that they did. Raises `ApprovalRefused` like `approve`.
    """
    return _decided(
        package,
        ApprovalStatus.APPROVED,
        digest=digest,
        by=RULE,
        reason="All gates passed, none by a waiver.",
        at=at,
        is_rule=True,
    )


def reject(
    package: ModelPackage, *, digest: str, by: str, reason: str, at: datetime
) -> ModelPackage:
    """Return the rejected package, or raise `ApprovalRefused`; a rejection is final."""
    return _decided(package, ApprovalStatus.REJECTED, digest=digest, by=by, reason=reason, at=at)


def _decided(
    package: ModelPackage,
    status: ApprovalStatus,
    *,
    digest: str,
    by: str,
    reason: str,
    at: datetime,
    is_stand_in: bool = False,
    is_rule: bool = False,
) -> ModelPackage:
    version = package.version
    tidy = " ".join(reason.split())
    if package.status is not ApprovalStatus.PENDING:
        raise ApprovalRefused(
            version,
            f"it is already {package.status.value!r}.",
            "Train a new version to decide again.",
        )
    if len(tidy) < MINIMUM_APPROVAL_REASON:
        raise ApprovalRefused(
            version,
            f"the reason has {len(tidy)} characters.",
            f"Give at least {MINIMUM_APPROVAL_REASON}; on the command line with --reason.",
        )
    if not is_a_name(by):
        raise ApprovalRefused(
            version, "nobody is named as deciding.", "Name a person with --by, in plain letters."
        )
    if not is_rule and by.strip().casefold().startswith("rule:"):
        raise ApprovalRefused(version, f"{by!r} is a rule's name.", "Name a person with --by.")
    if same_person(by, package.trained_by) and status is ApprovalStatus.APPROVED:
        raise ApprovalRefused(
            version,
            f"{by!r} trained it.",
            "Approval needs a second person; name them with --by.",
        )
    if digest != package.digest:
        raise ApprovalRefused(
            version,
            f"its archive has digest {digest!r}, registered was {package.digest!r}.",
            "Do not use this archive; train again.",
        )
    return replace(
        package, status=status, decided_by=by.strip(), decided_at=at, reason=tidy,
        is_stand_in=is_stand_in,
    )  # fmt: skip
