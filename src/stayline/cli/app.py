"""The ``stayline`` command: its groups put together, and its errors put into words."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from stayline.cli import (
    access_keys,
    alarms,
    api_keys,
    audit,
    aws,
    comply,
    comply_documents,
    correct,
    doctor,
    erase,
    export_person,
    holds,
    imports,
    inspect,
    jobs,
    models,
    notices,
    opt_out,
    outcomes,
    oversight,
    pilot,
    pipeline,
    purge,
    register,
    requests,
    roles,
    score,
    secrets,
    serve,
    simulate,
    stop,
    train,
    up,
    waivers,
    watch,
)
from stayline.cli.sign_in import require_sign_in
from stayline.cli.terminal import HomeOption

_OURS_ALONE = 0o077
"""Whatever this process and the ones it starts write is for its owner alone: it is about people."""
app = typer.Typer(
    name="stayline",
    help="Employee-attrition risk, from an HR extract to a served, explained, accountable score. "
    "A score is a question to ask, never a verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _root(
    home: HomeOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")] = False,
) -> None:
    """Options that may stand before the command."""
    if home is not None:
        os.environ["STAYLINE_HOME"] = str(home)


for module in (
    up, inspect, imports, simulate, train, pipeline, models, waivers, score, outcomes, serve, jobs,
    watch, alarms, audit, stop, pilot, oversight, access_keys, api_keys, secrets, roles, purge,
    holds, erase, opt_out, requests, export_person, correct, notices, register, comply,
    comply_documents, doctor, aws,
):  # fmt: skip
    module.register(app)
require_sign_in(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 fine, 1 an error told in words, 2 rows rejected or a wrong call.

    ``arguments`` are the words after ``stayline`` (default: this process's). An error prints its
    message and nothing else; with ``--debug`` it is raised. Ctrl-C exits with 130.
    """
    from stayline.errors import StaylineError

    words = sys.argv[1:] if arguments is None else arguments
    os.umask(_OURS_ALONE)
    try:
        app(words, prog_name="stayline")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if "--debug" in words:
            raise
        if isinstance(error, StaylineError | OSError):
            told = str(error)
        else:  # what it says may quote data
            told = f"an unexpected {type(error).__name__}. See where with `stayline --debug ...`."
        typer.echo(f"Error: {told}", err=True)
        sys.exit(1)
