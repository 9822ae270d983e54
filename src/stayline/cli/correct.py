"""``stayline correct``: put right what is wrong about a person."""

from typing import Annotated

import typer

from stayline.cli.people import token_of
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ReasonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("correct")(correct)


def correct(
    employee: Annotated[str, typer.Argument(help="The person's HR id.")],
    field: Annotated[
        list[str],
        typer.Option("--set", help="FIELD=VALUE, once a field; FIELD= empties it."),
    ],
    reason: ReasonOption,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct fields of the person's newest record; what was believed before stays on file."""
    from stayline.usecases.correct_person import correct_person

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    corrected = correct_person(
        token_of(ports, employee), dict(map(_named, field)),
        reason=reason, features=ports.features, scores=ports.scores, audit=ports.audit,
        clock=ports.clock, actor=by or settings.actor,
    )  # fmt: skip
    if as_json:
        show_json(corrected)
        return
    say(f"Corrected: {', '.join(corrected.fields)}, as of {corrected.event_time}.")
    if corrected.score_erased:
        say("The kept score is gone; whoever asks next gets a new one.")


def _named(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{name[:40]!r} is not FIELD=VALUE.", param_hint="--set")
    return name, value or None
