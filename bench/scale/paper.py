"""What a hundred million employees would take, from the rates that were measured."""

from dataclasses import dataclass

from bench.scale.records import Records

PEOPLE, MONTHS = 100_000_000, 24
HOURS = 8.0
"""A night."""
VCPU_HOUR_USD = 0.05
"""About what a virtual processor with 4 GB costs an hour, on demand, at the large clouds."""
GB_MONTH_USD = 0.023
"""About what object storage costs."""


@dataclass(frozen=True)
class OnPaper:
    """One stage: rows a second of one processor, and how many of them finish it in a night."""

    engine: str
    stage: str
    rows_a_second: float
    hours: float
    processors: float
    usd: float


def on_paper(records: Records) -> list[OnPaper]:
    """Return each stage of each engine at the rate of the largest size that was measured.

    The rate of a processor is taken to hold for many of them, which nothing here has shown.
    """
    largest = {(run.engine, run.stage): run for run in sorted(records.runs, key=lambda r: r.rows)}
    found = []
    for run in largest.values():
        rate = run.rows / run.cpu_seconds
        hours = PEOPLE * MONTHS / rate / 3600
        cost = hours * VCPU_HOUR_USD
        found.append(OnPaper(run.engine, run.stage, rate, hours, hours / HOURS, cost))
    return found


def storage(records: Records) -> list[tuple[str, float, float]]:
    """Return each place, the terabytes it would take, and their price a month."""
    largest = max(records.sizes, key=lambda sizes: sizes.rows)
    return [
        (place, size * PEOPLE * MONTHS / 1e12, size * PEOPLE * MONTHS / 1e9 * GB_MONTH_USD)
        for place, size in largest.bytes_a_row.items()
    ]
