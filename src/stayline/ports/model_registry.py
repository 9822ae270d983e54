"""Model packages: registered, decided on by a person, deployed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from stayline.domain.audit_events import AuditEvent
from stayline.domain.model_package import ModelPackage
from stayline.domain.risk_score import ModelIdentity


class ModelRegistry(Protocol):
    """Keeps packages by version; their bytes by digest."""

    def register(
        self,
        archive: bytes,
        *,
        trained_by: str,
        metrics: Mapping[str, float],
        at: datetime,
        reports: Mapping[str, bytes] | None = None,
    ) -> ModelPackage:
        """Keep the archive and its reports, then add the next version as PendingManualApproval.

        ``reports`` are the evaluation files by name. All bytes are on disk before the version
        exists, so a crash leaves at most unused files.
        """
        ...

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files kept with the archive of that digest, by name."""
        ...

    def find(self, version: int) -> ModelPackage:
        """Return that version; raises `UnknownModel`."""
        ...

    def packages(self) -> list[ModelPackage]:
        """Return all versions, oldest first."""
        ...

    def decide(self, decided: ModelPackage) -> None:
        """Store an approval or rejection made by `domain.model_package`.

        Raises `ApprovalRefused` when another decision came first.
        """
        ...

    def deploy(
        self,
        version: int,
        *,
        by: str,
        at: datetime,
        rollout_id: str | None = None,
        event: AuditEvent | None = None,
    ) -> ModelPackage:
        """Make this version the deployed one; raises `ModelNotApproved` unless it is Approved.

        With ``rollout_id`` that rollout is completed, and ``event`` audited, in the same breath;
        raises `DeploymentRefused` when it had ended before, or nobody renewed it in time.
        """
        ...

    def deployed(self) -> ModelPackage | None:
        """Return the deployed version, which survives restarts; None before the first."""
        ...

    def previous(self) -> ModelPackage | None:
        """Return the other version that was deployed last before the deployed one, if any.

        After a roll-back that is the version rolled back from.
        """
        ...

    def serving(self) -> ModelIdentity | None:
        """Return the deployed version and digest; cheap enough to ask before every prediction."""
        ...

    def archive(self, digest: str) -> bytes:
        """Return the bytes with that digest; raises `PackageRefused` when missing or altered."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the registry is whole."""
        ...
