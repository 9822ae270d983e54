"""``stayline train``: a new version, pending a second person's approval."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.engine import EngineOption, SchedulerOption
from stayline.cli.model_tables import estimate_text, show_figures, show_gates, show_price
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)
from stayline.cli.training_run import (
    follower,
    given_parameters,
    read_definition,
    run_training,
)

if TYPE_CHECKING:
    from stayline.formats.model_archive import Manifest
    from stayline.usecases.describe_model import ModelDescription


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
    definition: Annotated[
        Path | None,
        typer.Option(
            "--definition", help="Run this definition, as `stayline pipeline render` writes it."
        ),
    ] = None,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the training pipeline: prepare, train, evaluate, judge, register as pending."""
    from stayline.bootstrap.spread_frames import frame_reader
    from stayline.modelling.training import TrainingOptions

    if definition and scheduler:
        raise typer.BadParameter(
            "says itself who fits the trees; leave out --scheduler.", param_hint="--definition"
        )
    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    with frame_reader(engine, scheduler, settings, ports) as frame:
        training, description = run_training(
            ports,
            settings,
            options=TrainingOptions(seed, trials, time_limit),
            actor=settings.actor if by is None else by,
            schema_name=schema,
            train_until=train_until.replace(tzinfo=UTC) if train_until else None,
            parameters=given_parameters(parameter or []),
            definition=read_definition(definition) if definition else None,
            frame=frame,
            scheduler=scheduler or "",
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
    say(_next(description, home))


def _next(description: "ModelDescription", home: Path | None) -> str:
    package = description.package
    if description.is_deployed:
        return f"Version {package.version} serves, approved by {package.decided_by}."
    if package.decided_by:
        return f"These very bytes were decided on before: {package.status.value}."
    where = f" --home {shlex.quote(str(home))}" if home else ""
    return f"Next: stayline models approve {package.version} --by SOMEBODY-ELSE --reason WHY{where}"


def summary(description: "ModelDescription") -> list[str]:
    """Tell in a few lines what was trained and how well it ranks."""
    package, manifest = description.package, description.manifest
    training, last = manifest.training, manifest.evaluations[-1]
    depth = int(manifest.parameters["max_depth"])
    shape = "additive, one curve per column" if depth == 1 else f"depth {depth}"
    told = [
        f"Version {package.version} is registered as {package.status.value} "
        f"({package.digest[:19]}).",
        f"{training['rows']:,} rows, {training['positives']:,} before a leaving; {manifest.rounds} "
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
