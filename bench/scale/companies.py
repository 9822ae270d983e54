"""An extract of as many rows as wanted: simulated companies, one after the other in one file."""

from multiprocessing import get_context
from pathlib import Path

import polars as pl

from stayline.usecases.simulate_workforce import simulate_workforce

MONTHS = 24
ROWS_A_COMPANY = 500_000
_OWN = ("EmployeeNumber", "ManagerNumber")


def write_extract(out: Path, rows: int) -> int:
    """Write a panel of about so many rows as CSV and return how many there are.

    Each company is simulated in a process of its own, so that none has another's memory.
    """
    out.unlink(missing_ok=True)
    left, number, written = rows, 0, 0
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        while left > 0:
            size = min(left, ROWS_A_COMPANY)
            written += pool.apply(_add_company, (out, number, size))
            left, number = left - size, number + 1
    return written


def _add_company(out: Path, number: int, rows: int) -> int:
    part = out.with_suffix(".company.parquet")
    simulate_workforce(employees=max(1, rows // MONTHS), months=MONTHS, seed=number, out=part)
    own = [pl.format("{}-{}", pl.lit(number), pl.col(name)).alias(name) for name in _OWN]
    extract = pl.read_parquet(part).with_columns(own)
    with out.open("ab") as file:
        extract.write_csv(file, include_header=number == 0)
    for path in (part, part.with_name(f"{part.stem}.truth.parquet")):
        path.unlink()
    return extract.height
