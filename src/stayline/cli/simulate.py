"""``stayline simulate``: a workforce whose true risks are known."""

from pathlib import Path
from typing import Annotated

import typer

from stayline.cli.terminal import JsonOption, progress, say, show_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    employees: Annotated[int, typer.Option(min=20, help="People employed at the start.")] = 2000,
    months: Annotated[int, typer.Option(min=2, max=240, help="Months of snapshots.")] = 36,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[Path, typer.Option(help="The extract, .csv or .parquet.")] = Path("panel.csv"),
    drift: Annotated[bool, typer.Option("--drift", help="Plant drift.")] = False,
    leak: Annotated[bool, typer.Option("--leak", help="Plant a column that knows.")] = False,
    disparity: Annotated[bool, typer.Option("--disparity", help="Plant a group gap.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a monthly panel extract, and beside it the true risk of every row."""
    from stayline.usecases.simulate_workforce import simulate_workforce

    with progress("Simulating", hidden=as_json) as advance:
        report = simulate_workforce(
            employees=employees,
            months=months,
            seed=seed,
            out=out,
            drift=drift,
            leak=leak,
            disparity=disparity,
            progress=advance,
        )
    if as_json:
        show_json(report)
    else:
        for line in report.lines():
            say(line)
