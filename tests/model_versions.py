"""Versions in the registry of a deployed home, without training anew."""

from collections.abc import Sequence
from pathlib import Path

from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEvent
from stayline.domain.model_package import ModelPackage


def pending(ports: Ports) -> ModelPackage:
    """Register the deployed bytes once more, trained by Ana."""
    archive = ports.registry.archive(ports.registry.deployed().digest)
    return ports.registry.register(archive, trained_by="ana", metrics={}, at=ports.clock.now())


def events_of(ports: Ports, version: int) -> Sequence[AuditEvent]:
    """Return what the audit log says of a version."""
    return ports.audit.events(subject=str(version))


def archive_path(home: Path, package: ModelPackage) -> Path:
    """Return where the bytes of a version are."""
    return home / "models" / package.digest.removeprefix("sha256:") / "model.tar.gz"
