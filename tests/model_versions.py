"""Versions in the registry of a deployed home, without training anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEvent
from stayline.domain.gates import GateResult
from stayline.domain.model_package import ModelPackage
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import read_archive, write_archive


def pending(ports: Ports) -> ModelPackage:
    """Register the deployed bytes once more, trained by Ana."""
    archive = ports.registry.archive(ports.registry.deployed().digest)
    return ports.registry.register(archive, trained_by="ana", metrics={}, at=ports.clock.now())


def gated(
    ports: Ports,
    *results: GateResult,
    reports: Mapping[str, bytes] | None = None,
    **manifest: Any,
) -> ModelPackage:
    """Register the deployed trees with these gate results in their manifest, trained by Ana."""
    digest = ports.registry.deployed().digest
    archive = read_archive(ports.registry.archive(digest), digest)
    records = tuple(gate_record(result) for result in results)
    changed = msgspec.structs.replace(archive.manifest, gates=records, **manifest)
    return ports.registry.register(
        write_archive(archive.model, changed),
        trained_by="ana", metrics={}, reports=reports, at=ports.clock.now(),
    )  # fmt: skip


def events_of(ports: Ports, version: int) -> Sequence[AuditEvent]:
    """Return what the audit log says of a version."""
    return ports.audit.events(subject=str(version))


def archive_path(home: Path, package: ModelPackage) -> Path:
    """Return where the bytes of a version are."""
    return home / "models" / package.digest.removeprefix("sha256:") / "model.tar.gz"
