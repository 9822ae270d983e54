"""``stayline access-keys``: which programs may call the routes of SageMaker's form."""

from typing import Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
    show_table,
)

group = typer.Typer(
    help="Make, list and revoke the keys that programs sign their requests with.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="access-keys")


@group.command("create")
def create(
    name: Annotated[
        str, typer.Option("--name", help="Which program calls; the audit log's actor.")
    ],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key; its secret is shown this once."""
    from stayline.usecases.create_access_key import create_access_key

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    key = create_access_key(
        name, secrets=ports.secrets, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    if as_json:
        show_json({"key_id": key.key_id, "secret": key.secret, "name": key.name})
    else:
        say(f"AWS_ACCESS_KEY_ID={key.key_id}")
        say(f"AWS_SECRET_ACCESS_KEY={key.secret}")
        say(f"The secret of {key.name!r} is not shown again; unsigned requests are refused now.")


@group.command("list")
def list_keys(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the keys, without their secrets."""
    keys = ports_for(settings_for(home), must_exist=True).secrets.access_keys().values()
    if as_json:
        show_json({"access_keys": [{"key_id": key.key_id, "name": key.name} for key in keys]})
    elif not keys:
        say("There is no access key; unsigned requests from this machine are taken.")
    else:
        show_table(("id", "name"), [(key.key_id, key.name) for key in keys])


@group.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the key.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a key; a running server refuses it within a second."""
    from stayline.usecases.revoke_access_key import revoke_access_key

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    key = revoke_access_key(
        key_id, secrets=ports.secrets, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    if as_json:
        show_json({"key_id": key.key_id, "name": key.name})
    else:
        say(f"Key {key.key_id} of {key.name!r} is revoked.")
