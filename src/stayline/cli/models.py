"""``stayline models``: what was trained, who decided on it, what serves."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli import deployments
from stayline.cli.named_files import write_files
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
    from stayline.domain.model_package import ModelPackage

group = typer.Typer(
    help="List, show, compare, approve, reject and deploy models.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    deployments.add_to(group)
    app.add_typer(group, name="models")


@group.command("list")
def list_models(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all versions, their status and main figures."""
    registry = ports_for(settings_for(home), must_exist=True).registry
    packages, deployed = registry.packages(), registry.deployed()
    serving = deployed.version if deployed else None
    if as_json:
        show_json({"models": packages, "deployed": serving})
    elif not packages:
        say("No model has been trained yet. Train one with `stayline train`.")
    else:
        show_table(
            ("version", "status", "deployed", "ROC AUC", "trained by", "decided by", "digest"),
            [
                (
                    p.version,
                    p.status.value,
                    "yes" if p.version == serving else "",
                    p.metrics.get("roc_auc"),
                    p.trained_by,
                    f"{p.decided_by} (stand-in)" if p.is_stand_in else p.decided_by,
                    p.digest[:19],
                )
                for p in packages
            ],
        )


@group.command("show")
def show_model(
    version: VersionArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show one version: figures, inputs, threshold, and who decided why."""
    from stayline.usecases.describe_model import describe_model

    registry = ports_for(settings_for(home), must_exist=True).registry
    description = describe_model(version, registry=registry)
    if as_json:
        show_json(description)
    else:
        for line in description.lines():
            say(line)


@group.command("card")
def card(
    version: VersionArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder (default: model-VERSION).")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the model card, as a page and as JSON, and every evaluation file into a folder.

    With --json and without --out the card is printed instead.
    """
    from stayline.usecases.account_for_model import CARD_PAGE, account_for_model

    registry = ports_for(settings_for(home), must_exist=True).registry
    account = account_for_model(version, registry=registry)
    if as_json and out is None:
        show_json(account.card)
        return
    folder = out or Path(f"model-{version}")
    files = account.files()
    write_files(folder, files)
    if as_json:
        show_json({"folder": str(folder), "files": sorted(files)})
    else:
        say(f"{len(files)} files are in {folder}. Begin with {folder / CARD_PAGE}.")


@group.command("compare")
def compare(
    first: VersionArgument,
    second: VersionArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions side by side: parameters, inputs, figures, gates, groups."""
    from stayline.usecases.compare_models import compare_models

    registry = ports_for(settings_for(home), must_exist=True).registry
    compared = compare_models(first, second, registry=registry)
    if as_json:
        show_json(compared)
        return
    for title, rows in compared.sections.items():
        if rows:
            headers = (title, f"version {first}", f"version {second}")
            show_table(headers, [(row.what, row.first, row.second) for row in rows])
    for remark in compared.remarks:
        say(remark)


@group.command("approve")
def approve(
    version: VersionArgument,
    reason: ReasonOption,
    no_deploy: Annotated[
        bool, typer.Option("--no-deploy", help="Approve only; what serves stays as it is.")
    ] = False,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve and deploy a version; needs a reason and a person other than whoever trained it."""
    from stayline.usecases.approve_model import approve_model

    package = _done(approve_model, version, by, home, reason=reason)
    if no_deploy:
        deployments.show(package, as_json, f"Deploy it with `stayline models deploy {version}`.")
        return
    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    package, words = deployments.deployed_if_needed(
        ports, settings, version, by=by, is_quiet=as_json
    )
    deployments.show(package, as_json, words)


@group.command("reject")
def reject(
    version: VersionArgument,
    reason: ReasonOption,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reject a version for good."""
    from stayline.usecases.reject_model import reject_model

    package = _done(reject_model, version, by, home, reason=reason)
    deployments.show(package, as_json, "It cannot be deployed.")


def _done(
    use_case: Callable[..., "ModelPackage"],
    version: int,
    by: str | None,
    home: Path | None,
    **given: str,
) -> "ModelPackage":
    """Call what decides on a version; both take the same ports."""
    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    return use_case(
        version,
        by=settings.actor if by is None else by,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
        **given,
    )
