"""``stayline models deploy``, ``rollback``, ``deployments``: which version answers, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ReasonOption,
    VersionArgument,
    ports_for,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.domain.deployment import Progress, RolloutPlan
    from stayline.domain.model_package import ModelPackage
    from stayline.settings import Settings


def add_to(group: typer.Typer) -> None:
    """Add the commands to those of ``stayline models``."""
    group.command("deploy")(deploy)
    group.command("rollback")(rollback)
    group.command("deployments")(list_deployments)


def deploy(
    version: VersionArgument,
    canary: Annotated[
        int | None,
        typer.Option(
            "--canary", min=0, max=50, help="Of 100 people, how many it answers first.",
            show_default=False,
        ),
    ] = None,
    bake: Annotated[
        float | None,
        typer.Option(
            "--bake", min=0, max=3600, help="Seconds that each phase takes.", show_default=False
        ),
    ] = None,
    shadow: Annotated[
        int | None,
        typer.Option(
            "--shadow", min=0, max=100_000, help="Rows that both versions answer beforehand.",
            show_default=False,
        ),
    ] = None,
    allow_shift: Annotated[
        bool, typer.Option("--allow-shift", help="It is meant to score otherwise; say why.")
    ] = False,
    reason: Annotated[
        str,
        typer.Option("--reason", help="Why it may shift, or serve unseen.", show_default=False),
    ] = "",
    if_needed: Annotated[
        bool,
        typer.Option(
            "--if-needed",
            help="End well if it serves, is being deployed, or the stack has no endpoint yet.",
        ),
    ] = False,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Take an approved version to work: shadow, canary, everybody; a running server follows."""
    if allow_shift and not reason.strip():
        raise typer.BadParameter("--allow-shift needs --reason.")
    settings = settings_for(home)
    plan = plan_of(
        settings,
        canary=canary,
        bake=bake,
        shadow=shadow,
        reason=reason.strip(),
        is_shift_allowed=allow_shift,
    )
    ports = ports_for(settings, must_exist=True)
    words = "It serves from now on."
    if if_needed:
        package, words = deployed_if_needed(
            ports, settings, version, by=by, plan=plan, is_quiet=as_json
        )
    else:
        package = deployed(ports, settings, version, by=by, plan=plan, is_quiet=as_json)
    show(package, as_json, words)


def rollback(
    reason: ReasonOption, by: ByOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Go back to the version before, at once; a deployment under way is taken back."""
    from stayline.usecases.roll_back_model import roll_back_model

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    package = roll_back_model(
        by=settings.actor if by is None else by,
        reason=reason,
        registry=ports.registry,
        deployments=ports.deployments,
        clock=ports.clock,
    )
    show(package, as_json, "It serves from now on.")


def list_deployments(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every attempt to deploy, the newest last, with what was seen of it."""
    found = ports_for(settings_for(home), must_exist=True).deployments.rollouts()
    if as_json:
        show_json({"deployments": found})
    elif not found:
        say("Nothing was ever deployed. Approve a version with `stayline models approve`.")
    else:
        show_table(
            ("version", "before", "phase", "by", "began", "outcome"),
            [
                (
                    one.version,
                    one.from_version,
                    one.phase.value,
                    one.started_by,
                    f"{one.started_at:%Y-%m-%d %H:%M:%S}",
                    one.outcome,
                )
                for one in found
            ],
        )


def deployed(
    ports: "Ports",
    settings: "Settings",
    version: int,
    *,
    by: str | None = None,
    plan: "RolloutPlan | None" = None,
    is_quiet: bool = False,
) -> "ModelPackage":
    """Deploy a version, telling on the error stream how it goes."""
    from stayline.usecases.deploy_model import deploy_model

    return deploy_model(
        version,
        by=settings.actor if by is None else by,
        registry=ports.registry,
        deployments=ports.deployments,
        features=ports.features,
        opt_outs=ports.opt_outs,
        control=ports.control,
        capture=ports.capture,
        audit=ports.audit,
        clock=ports.clock,
        plan=plan or plan_of(settings),
        tell=(lambda progress: None) if is_quiet else _tell,
    )


def deployed_if_needed(
    ports: "Ports",
    settings: "Settings",
    version: int,
    *,
    by: str | None = None,
    plan: "RolloutPlan | None" = None,
    is_quiet: bool = False,
) -> "tuple[ModelPackage, str]":
    """Deploy a version where that is still to be done; return what came of it, in words, too."""
    from stayline.usecases.deploy_if_needed import deploy_if_needed

    return deploy_if_needed(
        version,
        registry=ports.registry,
        deployments=ports.deployments,
        clock=ports.clock,
        deploy=lambda wanted: deployed(
            ports, settings, wanted, by=by, plan=plan, is_quiet=is_quiet
        ),
    )


def plan_of(
    settings: "Settings",
    *,
    canary: int | None = None,
    bake: float | None = None,
    shadow: int | None = None,
    reason: str = "",
    is_shift_allowed: bool = False,
) -> "RolloutPlan":
    """Return the plan that the settings and this call's options make."""
    from stayline.domain.deployment import RolloutPlan

    return RolloutPlan(
        shadow_rows=settings.deploy_shadow_rows if shadow is None else shadow,
        canary_percent=settings.deploy_canary_percent if canary is None else canary,
        bake_s=settings.deploy_bake_s if bake is None else bake,
        reason=reason,
        is_shift_allowed=is_shift_allowed,
    )


def show(package: "ModelPackage", as_json: bool, next_line: str) -> None:
    """Print where a version stands now."""
    if as_json:
        show_json(package)
        return
    say(f"Version {package.version} ({package.digest[:19]}) is {package.status.value}. {next_line}")


def _tell(progress: "Progress") -> None:
    typer.echo(f"{progress.phase.value}: {progress.text}", err=True)
