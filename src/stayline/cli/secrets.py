"""``stayline secrets``: where secrets live, and new token keys without a stop."""

from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    progress,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.secrets_policy import SecretsPolicy
    from stayline.settings import Settings

TOKEN_KEY = "token-key"  # noqa: S105  (the name of a secret, not its value)
group = typer.Typer(
    help="List secrets, and change or retire the key behind everybody's tokens.",
    no_args_is_help=True,
)
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help=f"Which secret; only {TOKEN_KEY} can be so far.")
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="secrets")


@group.command("list")
def list_all(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the secrets: names, where they are and since when; never their values."""
    from stayline.usecases.list_secrets import list_secrets

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = list_secrets(
        secrets=ports.secrets, token_keys=ports.token_keys, policy=_policy(settings)
    )
    if as_json:
        show_json({"secrets": found})
        return
    rows = [
        (one.name, one.state, one.where, one.since and f"{one.since:%Y-%m-%d %H:%M}",
         one.until and f"{one.until:%Y-%m-%d %H:%M}", one.fingerprint)
        for one in found
    ]  # fmt: skip
    show_table(("name", "state", "where", "since (UTC)", "until (UTC)", "fingerprint"), rows)


@group.command("rotate")
def rotate(
    name: NameArgument,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the token key while servers answer; run again, it completes what was cut off."""
    from datetime import timedelta

    from stayline.usecases.rotate_token_key import rotate_token_key

    _check(name)
    settings = settings_for(home)
    ports, policy = ports_for(settings, must_exist=True), _policy(settings)
    if not as_json:
        say(_PLAN.format(days=policy.token_key_overlap_days))
    with progress("Rotating", hidden=as_json) as advance:
        done = rotate_token_key(
            secrets=ports.secrets, token_keys=ports.token_keys, imports=ports.imports,
            directory=ports.directory, features=ports.features, protected=ports.protected,
            scores=ports.scores, opt_outs=ports.opt_outs, outcomes=ports.outcomes,
            answers=ports.answers, audit=ports.audit, clock=ports.clock,
            actor=by or settings.actor, progress=advance,
            overlap=timedelta(days=policy.token_key_overlap_days),
        )  # fmt: skip
    if as_json:
        show_json(done)
        return
    say(f"{done.people:,} people have new tokens, made with the key {done.new}.")
    say(f"Old tokens lead to them still; from {done.may_retire_at:%Y-%m-%d} on the old key may go:")
    say("`stayline secrets retire token-key`.")


@group.command("retire")
def retire(
    name: NameArgument,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a replaced token key once its overlap has ended, and what leads from old tokens."""
    from datetime import timedelta

    from stayline.usecases.retire_token_key import retire_token_key

    _check(name)
    settings = settings_for(home)
    ports, policy = ports_for(settings, must_exist=True), _policy(settings)
    gone = retire_token_key(
        secrets=ports.secrets, token_keys=ports.token_keys, directory=ports.directory,
        register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor, overlap=timedelta(days=policy.token_key_overlap_days),
    )  # fmt: skip
    if as_json:
        show_json(gone)
        return
    say(f"The key {gone.fingerprint} is retired.")
    say(
        f"{gone.aliases:,} old tokens lead to nobody any more; {gone.audit_events:,} audit events "
        "carry one. These events stay and can be counted, but not told to be of a person."
    )
    if gone.remove_at:
        say(f"The key itself is at {gone.remove_at}: remove it there.")


_PLAN = """\
1. A new key, and everyone's tokens under both; opt-outs hold under both from here on.
2. Everyone is found by both tokens; servers go on answering.
3. Servers change to the new key, all in the same instant.
4. Whatever is left under old tokens takes the new ones.
The audit log and captured requests keep old tokens; for {days} days these lead to their people.
Imports, trainings and runs over everyone have to wait. If this is cut off, run it again."""


def _policy(settings: "Settings") -> "SecretsPolicy":
    from stayline.domain.secrets_policy import SecretsPolicy
    from stayline.formats.governance_toml import read_policy

    return read_policy(settings.home, "secrets", SecretsPolicy)


def _check(name: str) -> None:
    from stayline.errors import SettingRefused

    if name != TOKEN_KEY:
        expected = f"{TOKEN_KEY!r}; keys of programs change with `stayline access-keys rotate`"
        raise SettingRefused("name", name, expected)
