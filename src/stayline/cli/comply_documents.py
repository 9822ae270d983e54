"""``stayline comply-documents``: what the law wants written down, as far as what runs tells it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.named_files import write_files
from stayline.cli.terminal import HomeOption, JsonOption, ports_for, say, settings_for

if TYPE_CHECKING:
    from stayline.usecases.draft_documents import Drafts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("comply-documents")(comply_documents)


def comply_documents(
    out: Annotated[Path, typer.Option("--out", help="The folder to write the drafts into.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the record of processing and the impact assessment from what runs.

    What only the organisation can say is marked TO FILL IN. The digests are what the finished
    documents must be registered to cover.
    """
    from stayline.jobs.documents import drafts_now

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    drafts = drafts_now(ports, settings)
    write_files(out, _files(drafts), mode=0o700)
    if as_json:
        import json

        covers = {one.subject: one.covers for one in (drafts.record, drafts.assessment)}
        told = {"retention": drafts.retention, "shape": drafts.shape, "covers": covers}
        typer.echo(json.dumps(told, indent=2))
        return
    for one in (drafts.record, drafts.assessment):
        say(f"{one.title}: {out / one.subject}.html, {one.open_items} to fill in.")
        say(f"  Covers as it stands: {', '.join(one.covers) or 'nothing'}")


def _files(drafts: "Drafts") -> dict[str, bytes]:
    from stayline.formats.draft_files import draft_json
    from stayline.reports.draft_page import draft_page

    return {
        name: content
        for one in (drafts.record, drafts.assessment)
        for name, content in (
            (f"{one.subject}.json", draft_json(one)),
            (f"{one.subject}.html", draft_page(one).encode()),
        )
    }
