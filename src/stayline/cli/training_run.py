"""One run of the training pipeline, as `train` and `up` start and follow it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from stayline.cli.deployments import deployed
from stayline.cli.named_files import read_file
from stayline.cli.terminal import schema_named

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.modelling.training import TrainingOptions
    from stayline.ports.feature_store import FrameReader
    from stayline.ports.pipeline_runner import Follow, ParameterValue
    from stayline.settings import Settings
    from stayline.usecases.describe_model import ModelDescription
    from stayline.usecases.train_model import Training


def run_training(
    ports: "Ports",
    settings: "Settings",
    *,
    options: "TrainingOptions",
    actor: str,
    schema_name: str | None = None,
    train_until: datetime | None = None,
    parameters: "Mapping[str, ParameterValue] | None" = None,
    definition: "Mapping[str, object] | None" = None,
    frame: "FrameReader | None" = None,
    scheduler: str = "",
    follow: "Follow",
) -> tuple["Training", "ModelDescription"]:
    """Run the pipeline with protected attributes lent to its audit; describe what came of it.

    Where the imported schema says so, a version that passed every gate then serves at once.
    ``frame`` and ``scheduler`` are as in `train_model`.
    """
    from stayline.domain.model_package import RULE
    from stayline.usecases.approve_by_rule import approve_by_rule
    from stayline.usecases.describe_model import describe_model
    from stayline.usecases.share_protected_attributes import share_protected_attributes
    from stayline.usecases.train_model import train_model

    with (
        ports.secrets.steady_tokens(),
        share_protected_attributes(
            actor=actor,
            protected=ports.protected,
            opt_outs=ports.opt_outs,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
        ) as protected_uri,
    ):
        training = train_model(
            options=options,
            actor=actor,
            protected_uri=protected_uri,
            schema=schema_named(schema_name) if schema_name else None,
            train_until=train_until,
            parameters=parameters,
            definition=definition,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            decisions=ports.decisions,
            waivers=ports.waivers,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
            frame=frame,
            scheduler=scheduler,
            follow=follow,
        )
    version = training.registered.version
    by_rule = approve_by_rule(
        version,
        training.execution,
        features=ports.features,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
        deploy=lambda version: deployed(ports, settings, version, by=RULE, is_quiet=True),
    )
    for objection in by_rule.objections:
        typer.echo(f"Not deployed by rule: {objection.rstrip('.')}.", err=True)
    return training, describe_model(version, registry=ports.registry)


def given_parameters(texts: list[str]) -> dict[str, "ParameterValue"]:
    """Return NAME=VALUE pairs; a value that is a number or true/false becomes one."""
    import msgspec

    given: dict[str, ParameterValue] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE.", param_hint="--parameter")
        try:
            given[name] = msgspec.json.decode(value, type=bool | int | float)
        except msgspec.MsgspecError:
            given[name] = value
    return given


def read_definition(file: Path) -> "Mapping[str, object]":
    """Return a definition that can run; raises `DefinitionRefused`."""
    from stayline.pipeline.validation import parsed

    return parsed(read_file(file), str(file))


def follower(*, hidden: bool = False) -> "Follow":
    """Return what tells, on the error stream, how each step goes and what it prints."""
    from stayline.domain.pipeline_execution import StepEvent, StepStatus
    from stayline.ports.pipeline_runner import nobody_follows

    def tell(event: StepEvent) -> None:
        if event.line and event.status is StepStatus.FAILED:
            return  # the error that follows says it
        if event.line:
            typer.echo(f"  {event.step} | {event.line}", err=True)
        else:
            how = " (as before, from the cache)" if event.cached else ""
            typer.echo(f"{event.step}: {event.status.value}{how}", err=True)

    return nobody_follows if hidden else tell
