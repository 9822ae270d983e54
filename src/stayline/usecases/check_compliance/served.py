"""Which versions served in a window, and what their packages say of themselves."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.verdicts import Window
from stayline.domain.model_package import ModelPackage
from stayline.errors import PackageRefused
from stayline.formats.model_archive import Manifest, read_archive
from stayline.ports.audit_log import AuditLog
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.check_compliance.trail import BEGINNING, trail

_DEPLOYMENTS = (AuditEventKind.MODEL_DEPLOYED, AuditEventKind.MODEL_ROLLED_BACK)


@dataclass(slots=True)
class Service:
    """When a version was put to work, as which bytes, and when it first answered."""

    deployed: list[datetime] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    first_answer_at: datetime | None = None

    @property
    def first_traffic_at(self) -> datetime | None:
        """When people first met it."""
        times = [*self.deployed, *([self.first_answer_at] if self.first_answer_at else [])]
        return min(times, default=None)


def services(window: Window, audit: AuditLog, registry: ModelRegistry) -> Mapping[int, Service]:
    """Return the service of each version that was at work at some time of the window."""
    found = defaultdict[int, Service](Service)
    at_begin: int | None = None
    active = set[int]()
    for event in trail(audit, BEGINNING, window.until, _DEPLOYMENTS):
        version = int(str(event.details.get("to_version") or event.subject))
        found[version].deployed.append(event.at)
        found[version].digests.add(str(event.details.get("digest", "")))
        if event.at < window.since:
            at_begin = version
        else:
            active.add(version)
    for event in trail(audit, window.since, window.until, (AuditEventKind.EMPLOYEE_SCORED,)):
        answered_by = event.details.get("model_version")
        if isinstance(answered_by, int):
            active.add(answered_by)
            found[answered_by].first_answer_at = found[answered_by].first_answer_at or event.at
    serving = registry.serving()
    if serving is not None and (at_begin or active):
        found[serving.version].digests.add(serving.digest)
    at_work = active | ({at_begin} if at_begin is not None else set())
    return {version: found[version] for version in sorted(at_work)}


def manifest_of(package: ModelPackage, registry: ModelRegistry) -> Manifest | None:
    """Return what a package says of itself; None where its bytes are gone or altered."""
    try:
        return read_archive(registry.archive(package.digest), package.digest).manifest
    except PackageRefused:
        return None
