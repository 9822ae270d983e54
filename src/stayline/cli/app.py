"""The ``stayline`` command: its groups put together, and its errors put into words."""

import os
import sys
from typing import Annotated

import typer

from stayline.cli import doctor, imports, inspect, models, score, serve, simulate, train, up
from stayline.cli.terminal import HomeOption

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


for module in (up, inspect, imports, simulate, train, models, score, serve, doctor):
    module.register(app)


def main() -> None:
    """Run the command; an error prints its message and exits with 1, or raises (``--debug``)."""
    from stayline.errors import StaylineError

    try:
        app()
    except StaylineError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
