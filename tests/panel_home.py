"""A home with a small simulated workforce, and the real pipeline run on it: a process per step."""

from pathlib import Path

from deployed_home import settle
from open_gates import open_schema
from stayline.bootstrap import Ports, build
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.modelling.training import TrainingOptions
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.share_protected_attributes import share_protected_attributes
from stayline.usecases.simulate_workforce import simulate_workforce
from stayline.usecases.train_model import Training, train_model

OPTIONS = TrainingOptions(trials=1)
SCHEMA = open_schema("monthly-panel")


def make_trained_panel(home: Path) -> None:
    """Import under gates that hardly say no, and let the pipeline register version 1 by Ana.

    A copy trains the same again within seconds: its steps are there already.
    """
    import_panel(home)
    ports = build(Settings(home=home))
    run_pipeline(ports)
    settle(ports)


def import_panel(home: Path, schema: WorkforceSchema = SCHEMA, *, employees: int = 300) -> None:
    """Make a home with two years of so many people."""
    ports = build(Settings(home=home))
    extract = home / "panel.csv"
    simulate_workforce(employees=employees, months=24, seed=1, out=extract)
    import_workforce(
        extract,
        schema=schema,
        as_of=None,
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


def run_pipeline(ports: Ports, *, actor: str = "ana", **more: object) -> Training:
    """Train as the command does, with one candidate; further options as `train_model` takes."""
    with share_protected_attributes(
        actor=actor,
        protected=ports.protected,
        opt_outs=ports.opt_outs,
        runner=ports.runner,
        audit=ports.audit,
        clock=ports.clock,
    ) as protected_uri:
        return train_model(
            options=OPTIONS,
            actor=actor,
            protected_uri=protected_uri,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            decisions=ports.decisions,
            waivers=ports.waivers,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
            **more,
        )
