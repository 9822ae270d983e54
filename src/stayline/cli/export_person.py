"""``stayline export-person``: everything that is kept about one person, for that person."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.people import tokens_of
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)

if TYPE_CHECKING:
    from stayline.domain.person_export import Term
    from stayline.settings import Settings

JSON_FILE, PAGE_FILE = "export.json", "export.html"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export-person")(export)


def export(
    employee: Annotated[str, typer.Argument(help="The person's HR id.")],
    out: Annotated[
        Path, typer.Option("--out", help="A new folder, for export.json and export.html.")
    ],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything that is kept about a person, each score explained in plain words."""
    import msgspec

    from stayline.reports.person_page import person_page
    from stayline.usecases.export_person import export_person

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    exported = export_person(
        tokens_of(ports, employee),
        kept_for=_kept_for(settings), features=ports.features, protected=ports.protected,
        directory=ports.directory, imports=ports.imports, registry=ports.registry,
        capture=ports.capture, scores=ports.scores, answers=ports.answers,
        outcomes=ports.outcomes, decisions=ports.decisions, opt_outs=ports.opt_outs,
        register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    encoded = msgspec.json.format(msgspec.json.encode(exported), indent=2)
    write_folder(out, {JSON_FILE: encoded, PAGE_FILE: person_page(exported).encode()})
    if as_json:
        show_json({"folder": str(out), "files": [JSON_FILE, PAGE_FILE], "token": exported.tokens})
    else:
        counts = f"{len(exported.scores)} scores and {len(exported.decisions)} decisions"
        say(f"{counts} are in {out / PAGE_FILE}, and in {JSON_FILE} beside it.")
        say("Only you can read the files. Hand them to nobody but the person.")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that their owner alone can read, all or none, into a folder that is new or empty.

    Raises `FileUnwritable`.
    """
    import os
    import shutil
    import tempfile

    from stayline.errors import FileUnwritable

    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.absolute().parent))
        for name, content in files.items():
            descriptor = os.open(draft / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        draft.rename(folder)
    except OSError as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        raise FileUnwritable(str(folder), f"{error.strerror}") from error


def _kept_for(settings: "Settings") -> "list[Term]":
    from stayline.bootstrap.retention import OUTCOME_LATE, RECORDS_KEPT, retention_policy
    from stayline.domain.person_export import Term
    from stayline.jobs.work import FIGURES_KEPT

    raw_days = retention_policy(settings).raw_inputs_days
    return [
        Term("inputs and answers as captured", f"{raw_days} days"),
        Term(
            "answers without their inputs, and outcomes",
            f"until it is known who stayed, and {OUTCOME_LATE.days} days",
        ),
        Term("extracts as imported, and lists of rejected rows", f"{raw_days} days"),
        Term("the last score", "until the next one, or an opt-out"),
        Term("features and directory", "while you are employed here, or until you are erased"),
        Term("records of jobs and reports, without names", f"{RECORDS_KEPT.days} days"),
        Term("figures about everybody", f"{FIGURES_KEPT.days} days"),
        Term("decisions, opt-outs, requests and the log of events", "as long as the law asks"),
    ]
