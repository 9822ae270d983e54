"""The options of every command that can spread its work over a cluster."""

from typing import Annotated

import typer

EngineOption = Annotated[
    str, typer.Option("--engine", help="Where the work is done: local, or dask with --scheduler.")
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help="The address of the Dask scheduler, tcp://host:8786.",
        show_default=False,
    ),
]
