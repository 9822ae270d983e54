"""``stayline api-keys``: what programs show to be let in."""

from datetime import UTC, datetime
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
    help="Make, list and revoke the keys that programs show (Authorization: Bearer, or X-Api-Key).",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="api-keys")


@group.command("create")
def create(
    name: Annotated[str, typer.Option("--name", help="Which program it is for.")],
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role", help="service (default), analyst or auditor; may be given more than once."
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="The day it ends (UTC)."),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key; it is shown this once."""
    from stayline.usecases.create_api_key import create_api_key

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    made = create_api_key(
        name, roles=role or (), valid_until=until.replace(tzinfo=UTC) if until else None,
        api_keys=ports.api_keys, audit=ports.audit, clock=ports.clock, actor=by or settings.actor,
    )  # fmt: skip
    if as_json:
        show_json({"key_id": made.key.key_id, "key": made.text, "name": made.key.name})
    else:
        say(made.text)
        say(f"The key of {made.key.name!r} is not shown again; only its digest is kept.")


@group.command("list")
def list_keys(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every key ever made, without the keys themselves."""
    ports = ports_for(settings_for(home), must_exist=True)
    keys, now = ports.api_keys.keys(), ports.clock.now()
    rows = [
        {
            "key_id": key.key_id,
            "name": key.name,
            "roles": sorted(key.roles),
            "holds": key.holds_at(now),
            "valid_until": key.valid_until,
            "created_by": key.created_by,
            "last_used_on": key.last_used_on,
        }
        for key in keys
    ]
    if as_json:
        show_json({"api_keys": rows})
    elif not rows:
        say("There is no API key. Make one with `stayline api-keys create`.")
    else:
        show_table(
            ("id", "name", "roles", "holds", "until", "last used"),
            [
                (row["key_id"], row["name"], ", ".join(sorted(key.roles)),
                 "yes" if row["holds"] else "no", row["valid_until"], row["last_used_on"])
                for row, key in zip(rows, keys, strict=True)
            ],
        )  # fmt: skip


@group.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the key.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a key now; every process refuses it at once."""
    from stayline.usecases.revoke_api_key import revoke_api_key

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    key = revoke_api_key(
        key_id, api_keys=ports.api_keys, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    if as_json:
        show_json({"key_id": key.key_id, "name": key.name})
    else:
        say(f"Key {key.key_id} of {key.name!r} has ended.")
