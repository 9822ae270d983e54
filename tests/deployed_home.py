"""A home with IBM's people and a deployed model, made by the use cases that make a real one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from real_data import write_ibm_csv
from stayline.bootstrap import Ports, build
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import ModelPackage
from stayline.formats.gate_records import gate_record
from stayline.modelling.packaging import headline, package
from stayline.modelling.training import TrainingOptions, train
from stayline.ports.feature_store import FEATURES, OUTCOMES
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.approve_model import approve_model
from stayline.usecases.deploy_model import deploy_model
from stayline.usecases.import_workforce import import_workforce
from training_frames import training_data, trial_of

PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "None of the inputs tells the outcome by itself.")
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = 1470


def make_ibm_home(home: Path, **given: Any) -> Path:
    """Import, train briefly, approve and deploy under ``home``, with these settings; return it."""
    ports = build(Settings(home=home, **given))
    import_ibm(ports, home)
    deploy_new_model(ports)
    settle(ports)
    return home


def settle(ports: Ports) -> None:
    """Wait for all that is written by and by, so that a copy of the home is whole."""
    ports.audit.close()
    ports.capture.close()


def import_ibm(ports: Ports, home: Path) -> None:
    """Import IBM's people."""
    report = import_workforce(
        write_ibm_csv(home / "ibm.csv"),
        schema=named_schema("ibm-hr"),
        as_of=AS_OF,
        actor="tests",
        rejects=home / "rejects",
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        register=ports.register,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    assert report.landed == PEOPLE


def deploy_new_model(ports: Ports) -> int:
    """Train a small model, approve and deploy it; return its version.

    It is trained and packed as the pipeline's programs do it, without the programs around it.
    """
    now = ports.clock.now()
    schema = ports.features.schema()
    data = training_data(
        ports.features.frame(FEATURES, as_of=now), ports.features.frame(OUTCOMES, as_of=now), schema
    )
    model = train(data.development, schema, options=TrainingOptions(trials=1))
    trial = trial_of(model, data, schema)
    registered = ports.registry.register(
        package(model, trial, schema, gates=(gate_record(PASSED),)),
        trained_by="ana",
        metrics=headline(trial),
        at=now,
    )
    return deploy(ports, registered.version)


def deploy_again(ports: Ports) -> int:
    """Register the deployed package as a new version and deploy that; return it."""
    archive = ports.registry.archive(ports.registry.deployed().digest)
    again = ports.registry.register(archive, trained_by="ana", metrics={}, at=ports.clock.now())
    return deploy(ports, again.version)


def deploy(ports: Ports, version: int) -> int:
    """Approve and deploy a pending version; return it."""
    return take_to_work(ports, approve(ports, version)).version


def approve(ports: Ports, version: int) -> int:
    """Approve a pending version; return it."""
    approve_model(
        version,
        reason="Its figures were read and are those of the last one.",
        by="bo",
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
    return version


def take_to_work(ports: Ports, version: int, *, by: str = "bo", **given: Any) -> ModelPackage:
    """Deploy an approved version."""
    return deploy_model(
        version,
        by=by,
        registry=ports.registry,
        deployments=ports.deployments,
        features=ports.features,
        opt_outs=ports.opt_outs,
        control=ports.control,
        capture=ports.capture,
        audit=ports.audit,
        clock=ports.clock,
        **given,
    )
