"""``stayline notices`` and ``stayline bases``: who was told, and why people may be scored."""

from pathlib import Path
from typing import Annotated

import typer

from stayline.cli.terminal import ByOption, HomeOption, JsonOption, say, show_json

notices = typer.Typer(help="Notices to people and their representatives.", no_args_is_help=True)
bases = typer.Typer(help="On which lawful basis people are scored.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add both command groups."""
    app.add_typer(notices, name="notices")
    app.add_typer(bases, name="bases")


@notices.command("give")
def give(
    person: Annotated[str, typer.Argument(help="The person's HR id, or the word representatives.")],
    version: Annotated[str, typer.Option("--version", help="Of the notice, e.g. 2026-03.")],
    language: Annotated[str, typer.Option("--language", help="In which it was given, e.g. de.")],
    given_at: Annotated[
        str, typer.Option("--given-at", help="A day, or an instant with its zone.")
    ],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note that somebody was informed."""
    from stayline.cli.register import keep
    from stayline.domain.register.rights import NoticeGiven

    texts = {
        "subject": person, "notice_version": version, "language": language, "given_at": given_at,
    }  # fmt: skip
    kept = keep(NoticeGiven, [texts], by, home)
    if as_json:
        show_json(kept)
    else:
        say("The notice is on record." if kept.new else "The notice stood on record already.")


@notices.command("import")
def import_notices(
    file: Annotated[
        Path,
        typer.Argument(help="A CSV: employee_id, notice_version, language, given_at."),
    ],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note that many people were informed: all of the file, or none and why."""
    from stayline.cli.register import import_records
    from stayline.domain.register.rights import NoticeGiven

    kept = import_records(NoticeGiven, file, by, home, hidden=as_json)
    if as_json:
        show_json(kept)
    else:
        say(f"{kept.new:,} notices put on record; {kept.unchanged:,} stood there already.")


@bases.command("set")
def set_basis(
    jurisdiction: Annotated[str, typer.Argument(help="Whose people, e.g. EU or IN.")],
    basis: Annotated[
        list[str],
        typer.Option("--basis", help="E.g. legitimate_interests; may be given more than once."),
    ],
    assessment: Annotated[
        str, typer.Option("--assessment", help="The balancing test on file, or none needed: why.")
    ],
    valid_from: Annotated[str, typer.Option("--from", help="A day, or an instant with its zone.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the lawful basis for a jurisdiction's people on record; it replaces no earlier one."""
    from stayline.cli.register import keep
    from stayline.domain.register.rights import LawfulBasis

    texts = {
        "subject": jurisdiction, "bases": ";".join(basis), "assessment": assessment,
        "valid_from": valid_from,
    }  # fmt: skip
    kept = keep(LawfulBasis, [texts], by, home)
    if as_json:
        show_json(kept)
    else:
        say(f"The basis for {jurisdiction} is on record.")
