"""``stayline pipeline``: what a training consists of, what ran on what, going on after a crash."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.named_files import read_file, write_file, write_files
from stayline.cli.pipeline_tables import show_definition, show_execution, show_executions, statuses
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
from stayline.cli.train import train
from stayline.cli.training_run import follower

if TYPE_CHECKING:
    from stayline.ports.pipeline_runner import PipelineRunner

group = typer.Typer(help="Run, show, check and resume training pipelines.", no_args_is_help=True)
SchemaChoice = Annotated[
    str | None,
    typer.Option(
        "--schema", help="File or preset (default: the imported one).", show_default=False
    ),
]
ExecutionArgument = Annotated[str, typer.Argument(help="The execution, as `pipeline list` shows.")]


class Target(StrEnum):
    """Who reads a rendered definition."""

    SAGEMAKER = "sagemaker"


def register(app: typer.Typer) -> None:
    """Add the command group; its ``run`` is `stayline train` by another name."""
    group.command("run")(train)
    app.add_typer(group, name="pipeline")


@group.command("list")
def list_executions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all executions, newest first."""
    executions = ports_for(settings_for(home), must_exist=True).runner.executions()
    if as_json:
        show_json({"executions": executions})
    elif not executions:
        say("No pipeline has run yet. Run one with `stayline train`.")
    else:
        show_executions(executions)


@group.command("show")
def show(
    execution: Annotated[
        str | None,
        typer.Argument(help="An execution (default: the training pipeline).", show_default=False),
    ] = None,
    log: Annotated[str | None, typer.Option("--log", help="Print what a step printed.")] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw into this file.")] = None,
    reports: Annotated[
        Path | None,
        typer.Option("--reports", help="Write what was evaluated and judged into this folder."),
    ] = None,
    schema: SchemaChoice = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the training pipeline, or one execution: statuses, digests, failures and reports."""
    if execution is None:
        if log is not None or reports is not None:
            raise typer.BadParameter("name the execution, as `pipeline list` shows it.")
        document = _training_document(schema, home)
        show_json(document) if as_json else show_definition(document)
        _draw(svg, document)
        return
    runner = ports_for(settings_for(home), must_exist=True).runner
    found, document = runner.find(execution), runner.definition(execution)
    if log is not None:
        printed = runner.log(execution, log)
        show_json({"log": printed}) if as_json else say(printed.rstrip("\n"))
    elif reports is not None:
        _write_reports(execution, reports, runner, as_json=as_json)
    else:
        show_json(found) if as_json else show_execution(found, document)
    _draw(svg, document, statuses(found))


@group.command("validate")
def validate(
    file: Annotated[Path, typer.Argument(help="A definition in JSON.")],
    as_json: JsonOption = False,
) -> None:
    """Check a definition; exit status 1 when it cannot run."""
    from stayline.errors import DefinitionRefused
    from stayline.pipeline.validation import parsed

    try:
        parsed(read_file(file), str(file))
    except DefinitionRefused as refusal:
        if not as_json:
            raise
        show_json({"can_run": False, "problems": refusal.problems})
        raise typer.Exit(1) from refusal
    show_json({"can_run": True, "problems": []}) if as_json else say(f"{file} can run.")


@group.command("render")
def render_definition(
    target: Annotated[Target, typer.Option("--target", help="Who reads it.")] = Target.SAGEMAKER,
    out: Annotated[Path | None, typer.Option("--out", help="Write into this file.")] = None,
    schema: SchemaChoice = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the training pipeline's definition: SageMaker takes the very JSON that runs here."""
    from stayline.pipeline.definition import digest, render

    document = _training_document(schema, home)
    if out is None:
        say(render(document))
        return
    write_file(out, f"{render(document)}\n".encode())
    told = {"file": str(out), "target": target.value, "digest": digest(document)}
    show_json(told) if as_json else say(f"{out} is written ({told['digest']}).")


@group.command("resume")
def resume(
    execution: ExecutionArgument,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with your own execution after a crash; finished steps are kept.

    One that failed or was stopped is run anew by `stayline train`: its inputs are removed at once.
    """
    from stayline.usecases.resume_execution import resume_execution

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    done = resume_execution(
        execution,
        by=by or settings.actor,
        runner=ports.runner,
        audit=ports.audit,
        clock=ports.clock,
        follow=follower(hidden=as_json),
    )
    if as_json:
        show_json(done)
    else:
        say(f"Execution {done.execution_id} is {done.status.value}.")


def _training_document(schema: str | None, home: Path | None) -> Mapping[str, object]:
    """Return the training pipeline for a schema, or for the one that was imported."""
    from stayline.modelling.training import TrainingOptions
    from stayline.pipeline.training_pipeline import training_pipeline

    chosen = (
        schema_named(schema)
        if schema
        else ports_for(settings_for(home), must_exist=True).features.schema()
    )
    asked = TrainingOptions()
    return training_pipeline(
        chosen, seed=asked.seed, trials=asked.trials, time_limit_s=asked.time_limit_s
    ).document()


def _write_reports(
    execution: str, folder: Path, runner: "PipelineRunner", *, as_json: bool
) -> None:
    from stayline.usecases.execution_reports import execution_reports

    files = execution_reports(execution, runner=runner)
    write_files(folder, files)
    if as_json:
        show_json({"folder": str(folder), "files": sorted(files)})
    else:
        say(f"{len(files)} files are in {folder}.")


def _draw(
    svg: Path | None, document: Mapping[str, object], known: Mapping[str, str] | None = None
) -> None:
    from stayline.pipeline.drawing import svg_drawing

    if svg is not None:
        write_file(svg, svg_drawing(document, known).encode())
