"""Is everything that Stayline keeps whole?"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from stayline.domain.pseudonyms import key_fingerprint
from stayline.errors import PackageRefused, StaylineError
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.directory import Directory
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import FeatureStore
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.object_storage import ObjectStorage
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.secrets import Secrets


class Store(Protocol):
    """Anything that can say what is damaged; protected attributes are not looked at here."""

    def problems(self) -> list[str]:
        """Return what is damaged, in words."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One store's state: whole when ``problems`` is empty; ``notes`` are no damage."""

    name: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.problems


def check_home(
    *,
    features: FeatureStore,
    protected: Store,
    directory: Directory,
    imports: ImportLedger,
    registry: ModelRegistry,
    runner: PipelineRunner,
    endpoint: Endpoint,
    capture: CaptureLog,
    audit: AuditLog,
    secrets: Secrets,
    storage: ObjectStorage | None = None,
) -> list[Check]:
    """Return one check per store, damaged or not; a check that fails does not stop the others.

    An import cut short is a note, since running it again completes it; so is an output of a
    pipeline that is gone, or what an execution that crashed has left. ``storage`` is None where
    the home's own folders keep everything.
    """
    shared = () if storage is None else (("object storage", storage),)
    return [
        *(_check(name, one.problems, notes=one.notes) for name, one in shared),
        _check("feature store", features.problems),
        _check("protected attributes", protected.problems),
        _check("directory", directory.problems),
        _check("token key", lambda: _key_problems(imports, secrets)),
        _check("imports", list, notes=lambda: _unfinished(imports)),
        _check("model registry", registry.problems, notes=lambda: _registry_notes(registry)),
        _check("model reports", lambda: _altered_reports(registry)),
        _check("pipeline", runner.problems, notes=runner.notes),
        _check("endpoint", lambda: _endpoint_problems(registry, endpoint)),
        _check("capture log", capture.problems),
        _check("audit log", audit.problems),
    ]


def _check(
    name: str, problems: Callable[[], list[str]], *, notes: Callable[[], list[str]] = list
) -> Check:
    try:
        return Check(name, tuple(problems()), tuple(notes()))
    except StaylineError as error:
        return Check(name, (str(error),))


def _key_problems(imports: ImportLedger, secrets: Secrets) -> list[str]:
    """Compare the key with that of the imports; a missing one is not made here."""
    records = imports.records()
    if not records:
        return []
    if not secrets.has_token_key():
        return ["the token key is missing; restore it from a backup"]
    known = {record.key_fingerprint for record in records} - {None}
    if known and key_fingerprint(secrets.token_key()) not in known:
        return ["the token key is not the one people were imported under; restore it from a backup"]
    return []


def _unfinished(imports: ImportLedger) -> list[str]:
    return [
        f"the import of file {record.file_digest[:12]} was cut short; run the same "
        "`stayline import` again to complete it"
        for record in imports.records()
        if record.completed_at is None
    ]


def _registry_notes(registry: ModelRegistry) -> list[str]:
    deployed = registry.deployed()
    if deployed is None:
        return ["no model is deployed yet"]
    return [f"version {deployed.version} is deployed"]


def _altered_reports(registry: ModelRegistry) -> list[str]:
    """Compare each version's evaluation files with the digests in its manifest.

    A package that cannot be read is the registry's own problem.
    """
    found = []
    for package in registry.packages():
        with suppress(PackageRefused):
            archive = read_archive(registry.archive(package.digest), package.digest)
            kept = registry.reports(package.digest)
            found += [
                f"report {name} of version {package.version} is missing or was altered"
                for name, digest in archive.manifest.reports.items()
                if name not in kept or archive_digest(kept[name]) != digest
            ]
    return found


def _endpoint_problems(registry: ModelRegistry, endpoint: Endpoint) -> list[str]:
    if registry.deployed() is None:
        return []
    endpoint.variant()
    return []
