"""``stayline train``: a new version, pending a second person's approval."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.model_tables import estimate_text, show_figures, show_gates, show_price
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    schema_named,
    settings_for,
    show_json,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.formats.model_archive import Manifest
    from stayline.modelling.training import TrainingOptions
    from stayline.ports.pipeline_runner import Follow, ParameterValue
    from stayline.usecases.describe_model import ModelDescription
    from stayline.usecases.train_model import Training


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            help="The same inputs under another policy, horizon or gates: file or preset.",
        ),
    ] = None,
    train_until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Train a panel until this day; later rows try the model."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="The same data and seed give the same bytes.")
    ] = 0,
    trials: Annotated[int, typer.Option(min=1, help="Candidates to try at most.")] = 16,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds to search at most.")] = 300,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            metavar="NAME=VALUE",
            help="Another parameter of the pipeline, as `stayline pipeline show` lists them.",
        ),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the training pipeline: prepare, train, evaluate, judge, register as pending."""
    from stayline.modelling.training import TrainingOptions

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    training, description = run_training(
        ports,
        options=TrainingOptions(seed, trials, time_limit),
        actor=by or settings.actor,
        schema_name=schema,
        train_until=train_until.replace(tzinfo=UTC) if train_until else None,
        parameters=given_parameters(parameter or []),
        follow=follower(hidden=as_json),
    )
    if as_json:
        show_json(
            {
                "execution": training.execution,
                "model": description.package,
                "manifest": description.manifest,
            }
        )
        return
    for line in summary(description):
        say(line)
    show_figures(description.manifest)
    show_gates(description.manifest.gates)
    show_price(description.manifest)
    say(_next(description))


def run_training(
    ports: "Ports",
    *,
    options: "TrainingOptions",
    actor: str,
    schema_name: str | None = None,
    train_until: datetime | None = None,
    parameters: "Mapping[str, ParameterValue] | None" = None,
    follow: "Follow",
) -> tuple["Training", "ModelDescription"]:
    """Run the pipeline with protected attributes lent to its audit; describe what came of it.

    Where the imported schema says so, a version that passed every gate then serves at once.
    """
    from stayline.usecases.approve_by_rule import approve_by_rule
    from stayline.usecases.describe_model import describe_model
    from stayline.usecases.share_protected_attributes import share_protected_attributes
    from stayline.usecases.train_model import train_model

    with share_protected_attributes(
        actor=actor,
        protected=ports.protected,
        runner=ports.runner,
        audit=ports.audit,
        clock=ports.clock,
    ) as protected_uri:
        training = train_model(
            options=options,
            actor=actor,
            protected_uri=protected_uri,
            schema=schema_named(schema_name) if schema_name else None,
            train_until=train_until,
            parameters=parameters,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            waivers=ports.waivers,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
            follow=follow,
        )
    version = training.registered.version
    approve_by_rule(
        version,
        features=ports.features,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
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


def _next(description: "ModelDescription") -> str:
    package = description.package
    if description.is_deployed:
        return f"Version {package.version} serves, approved by {package.decided_by}."
    if package.decided_by:
        return f"These very bytes were decided on before: {package.status.value}."
    return f"Next: stayline models approve {package.version} --by SOMEBODY-ELSE --reason WHY"


def summary(description: "ModelDescription") -> list[str]:
    """Tell in a few lines what was trained and how well it ranks."""
    package, manifest = description.package, description.manifest
    training, last = manifest.training, manifest.evaluations[-1]
    depth = int(manifest.parameters["max_depth"])
    shape = "additive, one curve per column" if depth == 1 else f"depth {depth}"
    told = [
        f"Version {package.version} is registered as {package.status.value} "
        f"({package.digest[:19]}).",
        f"{training['rows']:,} rows, {training['positives']:,} of whom left; {manifest.rounds} "
        f"trees, {shape}; {training['candidates_tried']} candidates.",
        f"ROC AUC {estimate_text(last['roc_auc'])} {last['measured_on']}, n = {last['n']:,}.",
    ]
    if len(manifest.evaluations) == 1:
        told.append(
            "There are no later rows to try it on, and the search chose among candidates on these "
            "very rows, in other folds: expect a little less in use."
        )
    told += _policy_caution(manifest)
    told += [
        f"Protected attribute {item.name} is an input because: {item.justification}"
        for item in manifest.inputs
        if item.justification
    ]
    return told


def _policy_caution(manifest: "Manifest") -> list[str]:
    """Say so when the policy asks for more than the model can give."""
    from stayline.domain.alert_policy import RecallAtPrecision
    from stayline.formats.schema_toml import parse_schema

    policy = parse_schema(manifest.schema_toml, "the package").policy
    reached = manifest.evaluations[0]["precision_at_alert"]["value"]
    if not isinstance(policy, RecallAtPrecision) or reached >= policy.precision:
        return []
    return [
        f"No threshold reaches the precision {policy.precision:.2f} that the policy asks for; "
        f"the best one found has {reached:.2f}."
    ]
