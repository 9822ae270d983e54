"""``stayline up``: the whole journey, from an extract to a served score, step by step."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.imports import imported
from stayline.cli.serve import PortOption
from stayline.cli.terminal import HomeOption, ports_for, say, schema_named, settings_for, step

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.settings import Settings
    from stayline.usecases.train_model import Training

STAND_IN = "stand-in (nobody looked)"
STAND_IN_REASON = "Demonstration only: approved by `stayline up --yes`, no person looked at it."
EMPLOYEES, MONTHS, SEED = 2000, 36, 0
STEPS = 7
_FOR_NO_SIGN_IN = "to be empty for `stayline up`, in which one call trains and approves"

Tell = Callable[[str], None]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    data: Annotated[
        Path | None, typer.Option("--data", help="Your own extract instead of a simulated one.")
    ] = None,
    schema: Annotated[
        str, typer.Option("--schema", help="Its schema.toml, or a preset's name.")
    ] = "monthly-panel",
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing; a stand-in approves and is recorded as one.")
    ] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Serve one score over HTTP, then return.")
    ] = False,
    port: PortOption = None,
    home: HomeOption = None,
) -> None:
    """Do it all: data, findings, import, training, approval, scores, and a URL to call."""
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask for the approval; pass --yes.")
    if data is not None and not data.is_file():
        raise typer.BadParameter(f"there is no file {str(data)!r}.", param_hint="--data")
    from stayline.errors import SettingRefused

    settings = settings_for(home)
    if settings.oidc_issuer:
        raise SettingRefused("oidc_issuer", settings.oidc_issuer, _FOR_NO_SIGN_IN)
    if port is not None:
        settings = replace(settings, port=port)
    with step(1, STEPS, f"Open the home {settings.home}"):
        ports = ports_for(settings)
    extract = data or _simulated(settings)
    _inspect(extract, schema)
    _import(extract, schema, ports, settings)
    with step(5, STEPS, "Run the training pipeline (about a minute)") as tell:
        schema_name = None if data else str(_demonstration_schema(settings))
        training = _train(ports, settings, tell, schema_name)
    _approve(training, ports, settings, ask=not yes)
    with step(7, STEPS, "Score everyone") as tell:
        employee = _score(ports, settings, tell)
    if no_serve:
        _serve_once(settings, employee)
    else:
        serve_with_jobs(settings, employee)


def _simulated(settings: "Settings") -> Path:
    from stayline.usecases.simulate_workforce import simulate_workforce

    out = settings.home / "samples" / "panel.csv"
    with step(2, STEPS, "Simulate a workforce") as tell:
        report = simulate_workforce(employees=EMPLOYEES, months=MONTHS, seed=SEED, out=out)
        for line in report.lines():
            tell(line)
    return out


def _inspect(extract: Path, schema: str) -> None:
    from stayline.domain.findings import FindingKind
    from stayline.usecases.inspect_extract import inspect_extract

    with step(3, STEPS, f"Inspect {extract}") as tell:
        findings = inspect_extract(extract, schema=schema_named(schema)).findings
        leaks = [finding for finding in findings if finding.kind is FindingKind.LEAK]
        tell(f"{len(findings)} findings, {len(leaks)} of them leaks (`stayline inspect` shows all)")
        for leak in leaks:
            tell(f"leak in {leak.column}: {leak.message}")


def _import(extract: Path, schema: str, ports: "Ports", settings: "Settings") -> None:
    with step(4, STEPS, f"Import it under schema {schema}") as tell:
        report = imported(extract, schema, ports, settings)
        for line in report.lines():
            tell(line)


def _demonstration_schema(settings: "Settings") -> Path:
    """Write the panel's schema under a wider fairness limit, whose reason every report prints.

    Among 2,000 made-up people a difference of recall is mostly chance, and which folds they fall
    into depends on the home's key: a demonstration should not end at that.
    """
    from stayline.domain.gate_policy import GatePolicy
    from stayline.formats.schema_toml import dump_schema

    gates = GatePolicy(
        largest_recall_difference=0.25,
        justification="A demonstration on made-up people, of whom nobody is treated any way.",
    )
    path = settings.home / "samples" / "demonstration.toml"
    path.write_text(dump_schema(replace(schema_named("monthly-panel"), gates=gates)), "utf-8")
    return path


def _train(ports: "Ports", settings: "Settings", tell: Tell, schema_name: str | None) -> "Training":
    from stayline.cli.model_tables import estimate_text
    from stayline.cli.train import summary
    from stayline.cli.training_run import run_training
    from stayline.domain.pipeline_execution import StepEvent
    from stayline.modelling.training import TrainingOptions

    def follow(event: StepEvent) -> None:
        if not event.line:
            typer.echo(f"      {event.step}: {event.status.value}")

    training, description = run_training(
        ports,
        settings,
        options=TrainingOptions(),
        actor=settings.actor,
        schema_name=schema_name,
        follow=follow,
    )
    for line in summary(description):
        tell(line)
    manifest = description.manifest
    blocking = [gate for gate in manifest.gates if gate["is_blocking"]]
    tell(f"All {len(blocking)} blocking gate results passed (`stayline models show` lists them).")
    priced = manifest.protection_price
    if priced:
        ranked = "; ".join(
            f"{estimate_text(price['tried']['roc_auc'])} {price['inputs']}" for price in priced
        )
        measured_on = priced[0]["tried"]["measured_on"]
        tell(f"Price of leaving protected attributes out, ROC AUC {measured_on}:")
        tell(f"  {ranked}.")
    return training


def _approve(training: "Training", ports: "Ports", settings: "Settings", *, ask: bool) -> None:
    from stayline.cli.deployments import deployed
    from stayline.usecases.approve_model import approve_model

    version = training.registered.version
    with step(6, STEPS, f"Approve and deploy version {version}") as tell:
        by = typer.prompt("      A second person's name (not who trained it)") if ask else STAND_IN
        reason = typer.prompt("      Their reason") if ask else STAND_IN_REASON
        approve_model(
            version,
            reason=reason,
            by=by,
            is_stand_in=not ask,
            registry=ports.registry,
            audit=ports.audit,
            clock=ports.clock,
        )
        deployed(ports, settings, version, by=by, is_quiet=True)
        if not ask:
            tell("WARNING: a stand-in approved this model; recorded as such. Not for real use.")


def _score(ports: "Ports", settings: "Settings", tell: Tell) -> str | None:
    """Score everyone; return the HR id of the person to look at first."""
    from stayline.cli.score import score_everyone, told

    scored = score_everyone(ports, settings)
    for line in told(scored):
        tell(line)
    for entry in ports.scores.entries(limit=1):
        person = ports.directory.find(entry.token)
        return person.hr_id if person else None
    return None


def serve_with_jobs(settings: "Settings", employee: str | None) -> None:
    """Serve, with the loop of jobs beside the server."""
    from stayline.cli.beside import jobs_beside
    from stayline.web.home_server import serve_home

    def ready(url: str) -> None:
        say(f"Serving at {url} until Ctrl-C. Ask it for a score:")
        say(f"  {_curl(url, employee)}")
        say("Jobs run beside it when they are due (`stayline jobs list`).")

    with jobs_beside(settings):
        serve_home(settings, on_ready=ready)


def _serve_once(settings: "Settings", employee: str | None) -> None:
    """Start the real server, ask it over HTTP as the printed curl line would, and stop it."""
    from stayline.cli.loopback import ask_server

    body = _body(employee)
    url, answer = ask_server(settings, body)
    say(f"Served at {url}:")
    say(f"  risk {answer['risk']:.1%}, band {answer['band']}, because, most of all:")
    for reason in answer["reasons"][:3]:
        say(f"  - {reason['text']}")
    where = "" if settings.home == Path(".stayline") else f" --home {settings.home}"
    say(f"The server is stopped again. Keep it running with: stayline serve{where}")
    say(f"and ask it with: {_curl(f'http://{settings.host}:{settings.port}', employee)}")


def _curl(url: str, employee: str | None) -> str:
    return f"curl -s {url}/v1/predict -H 'Content-Type: application/json' -d '{_body(employee)}'"


def _body(employee: str | None) -> str:
    import json

    return json.dumps({"employee_id": employee} if employee else {"OverTime": "Yes"})
