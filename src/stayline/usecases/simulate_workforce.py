"""Write a simulated workforce to a file, and its true risks to another."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from stayline.errors import ExtractUnreadable
from stayline.samples.simulator import Month, Plant, simulate_months


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written where."""

    extract: str
    truth: str
    rows: int
    people: int
    left_voluntarily: int

    def lines(self) -> list[str]:
        """Tell it in words."""
        return [
            f"{self.rows:,} rows of {self.people:,} made-up people, {self.left_voluntarily:,} of "
            f"whom resign: {self.extract}",
            f"the true risk of every row: {self.truth}",
        ]


def simulate_workforce(
    *,
    employees: int,
    months: int,
    seed: int,
    out: Path,
    drift: bool = False,
    leak: bool = False,
    disparity: bool = False,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> SimulationReport:
    """Return what was written: ``out`` (.csv or .parquet) and ``<stem>.truth.parquet`` beside it.

    The columns are those of the preset ``monthly-panel``. The same arguments give the same bytes.
    """
    if out.suffix not in {".csv", ".parquet"}:
        raise ExtractUnreadable(str(out), "name it .csv or .parquet.")
    written = simulate_months(employees, months, seed, Plant(drift, leak, disparity), progress)
    truth = out.with_name(f"{out.stem}.truth.parquet")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _write(out, written)
        pl.concat([month.truth for month in written]).write_parquet(truth)
    except OSError as error:
        raise ExtractUnreadable(str(out), f"it cannot be written ({error.strerror}).") from error
    return SimulationReport(
        extract=str(out),
        truth=str(truth),
        rows=sum(month.extract.height for month in written),
        people=pl.concat([month.truth for month in written])["EmployeeNumber"].n_unique(),
        left_voluntarily=sum(
            month.extract.filter(LeavingReason="Resignation").height for month in written
        ),
    )


def _write(out: Path, written: list[Month]) -> None:
    if out.suffix == ".parquet":
        pl.concat([month.extract for month in written]).write_parquet(out)
        return
    with out.open("wb") as file:
        for number, month in enumerate(written):
            month.extract.write_csv(file, include_header=number == 0)
