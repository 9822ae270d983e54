"""``stayline access-keys``: which programs may call the routes of SageMaker's form."""

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from stayline.domain.access_keys import AccessKey

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
        show_json({"access_keys": [_without_secret(key) for key in keys]})
    elif not keys:
        say("There is no access key; unsigned requests from this machine are taken.")
    else:
        rows = [
            (key.key_id, key.name, key.valid_until and f"{key.valid_until:%Y-%m-%d %H:%M}",
             key.successor)
            for key in keys
        ]  # fmt: skip
        show_table(("id", "name", "taken until (UTC)", "successor"), rows)


@group.command("rotate")
def rotate(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the key.")],
    overlap: Annotated[
        str, typer.Option("--overlap", help="How long the old key is taken still: 30m, 12h, 7d.")
    ] = "7d",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key of the same name; the old one is taken until the overlap ends."""
    from stayline.domain.key_validity import parse_overlap
    from stayline.usecases.rotate_access_key import rotate_access_key

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    rotated = rotate_access_key(
        key_id, overlap=parse_overlap(overlap), secrets=ports.secrets, audit=ports.audit,
        clock=ports.clock, actor=by or settings.actor,
    )  # fmt: skip
    old, new = rotated.replaced, rotated.successor
    if as_json:
        told = {"key_id": new.key_id, "secret": new.secret, "name": new.name}
        show_json({**told, "replaced": _without_secret(old)})
    else:
        say(f"AWS_ACCESS_KEY_ID={new.key_id}")
        say(f"AWS_SECRET_ACCESS_KEY={new.secret}")
        say(f"The secret of {new.name!r} is not shown again.")
        say(f"Key {old.key_id} is taken until {old.valid_until:%Y-%m-%d %H:%M} UTC, then refused.")


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


def _without_secret(key: "AccessKey") -> dict[str, object]:
    ends = {"valid_until": key.valid_until, "successor": key.successor}
    return {"key_id": key.key_id, "name": key.name, **{n: v for n, v in ends.items() if v}}
