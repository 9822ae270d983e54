"""What every command shares: its options, its home, and how results are shown."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.acting import signed_in

if TYPE_CHECKING:
    from rich.console import Console

    from stayline.bootstrap import Ports
    from stayline.domain.workforce_schema import WorkforceSchema
    from stayline.settings import Settings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Where everything is kept (or STAYLINE_HOME).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
SchemaOption = Annotated[
    str,
    typer.Option("--schema", help="A schema.toml, or a preset: ibm-hr, monthly-panel, mfg-yearly."),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Who does this (default: the setting 'actor').", show_default=False),
]
VersionArgument = Annotated[
    int, typer.Argument(min=1, max=2**31 - 1, help="The version, as `models list` shows it.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in your own words.")]
Advance = Callable[[int, int | None], None]


def settings_for(home: Path | None) -> "Settings":
    """Return the settings of this call; ``--home`` after the command wins over one before it.

    Who has signed in is the actor, whatever the settings say.
    """
    from stayline.settings import load_settings

    settings, who = load_settings(home=home), signed_in()
    return settings if who is None else replace(settings, actor=who)


def ports_for(settings: "Settings", *, must_exist: bool = False) -> "Ports":
    """Return the ports of a home; with ``must_exist`` a missing home is an error, not a new one."""
    from stayline.bootstrap import build

    if must_exist:
        check_home_exists(settings)
    return build(settings)


def check_home_exists(settings: "Settings") -> None:
    """Raise `SettingRefused` for a missing home."""
    from stayline.errors import SettingRefused

    if not settings.home.is_dir():
        expected = "a folder that exists; `stayline import` and `stayline up` make a new one"
        raise SettingRefused("home", str(settings.home), expected)


def schema_named(name: str) -> "WorkforceSchema":
    """Return the schema of a preset or file."""
    from stayline.samples.presets import named_schema

    return named_schema(name)


def console() -> "Console":
    """Return the console for people: the error stream, so that output can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(line: str = "") -> None:
    """Print one plain line of the result."""
    typer.echo(line)


def show_json(value: object) -> None:
    """Print a result as one JSON document."""
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def show_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows as an aligned table; numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, header in enumerate(headers):
        is_number = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        table.add_column(header, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else 140).print(table)


@contextmanager
def progress(label: str, *, unit: str = "", hidden: bool = False) -> Iterator[Advance]:
    """Show a bar on the error stream while work runs; call the result with done and total.

    With a ``unit`` (people) it also says how many a second, and the time left.
    """
    if hidden or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
    if unit:
        columns += [TextColumn("{task.fields[pace]}"), TimeRemainingColumn(), TextColumn("left")]
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task(label, total=None, pace="")

        def advance(done: int, total: int | None) -> None:
            speed = bar.tasks[0].speed
            pace = f"{speed:,.0f} {unit}/s" if speed else ""
            bar.update(task, completed=done, total=total, pace=pace)

        yield advance


@contextmanager
def step(number: int, of: int, what: str) -> Iterator[Callable[[str], None]]:
    """Announce one step, then print how long it took and what the body told of it."""
    typer.echo(f"[{number}/{of}] {what} ...")
    told: list[str] = []
    started = time.perf_counter()
    yield told.append
    for line in told:
        typer.echo(f"      {line}")
    typer.echo(f"      {time.perf_counter() - started:.1f} s")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
