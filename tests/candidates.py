"""Versions that must not get far: their scores shift, their bytes are damaged, they fail."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from deployed_home import PASSED, approve
from model_versions import archive_path, pending
from stayline.bootstrap import Ports
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.workforce_schema import Kind
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import Manifest, read_archive, write_archive
from stayline.modelling.packaging import package
from stayline.modelling.training import TrainingOptions, train
from training_frames import ibm_data, trial_of


def same_again(ports: Ports) -> int:
    """Approve the deployed bytes as another version; return it."""
    return approve(ports, pending(ports).version)


def opposite(ports: Ports) -> int:
    """Approve a version that was trained to tell who stays; return it."""
    return _approved(ports, _opposite_bytes())


def foreign(ports: Ports) -> int:
    """Approve a version with an input that this home has not; return it."""
    return _changed_input(ports, "OverTime", name="ShoeSize")


def failing(ports: Ports) -> int:
    """Approve a version that loads, and fails at every row with an overtime; return it."""
    return _changed_input(ports, "OverTime", kind=Kind.DATE, assumed=None)


def damaged(ports: Ports, home: Path) -> int:
    """Approve a version whose bytes are altered afterwards; return it."""
    version = _changed_input(ports, "OverTime", justification="for other bytes")
    path = archive_path(home, ports.registry.find(version))
    path.write_bytes(path.read_bytes()[:-1])
    return version


def identity(ports: Ports, version: int) -> ModelIdentity:
    return ModelIdentity(version, ports.registry.find(version).digest)


def _changed_input(ports: Ports, of: str, **changes: Any) -> int:
    """Approve the deployed trees under a manifest that says something else of one input."""
    digest = ports.registry.deployed().digest
    archive = read_archive(ports.registry.archive(digest), digest)
    inputs = tuple(
        msgspec.structs.replace(one, **changes) if one.name == of else one
        for one in archive.manifest.inputs
    )
    manifest: Manifest = msgspec.structs.replace(archive.manifest, inputs=inputs)
    return _approved(ports, write_archive(archive.model, manifest))


def _approved(ports: Ports, archive: bytes) -> int:
    registered = ports.registry.register(
        archive, trained_by="ana", metrics={}, at=ports.clock.now()
    )
    return approve(ports, registered.version)


@cache
def _opposite_bytes() -> bytes:
    data, schema = ibm_data()
    turned = replace(data.development, label=1 - data.development.label)
    model = train(turned, schema, options=TrainingOptions(trials=1))
    trial = trial_of(model, replace(data, development=turned), schema)
    return package(model, trial, schema, gates=(gate_record(PASSED),))
