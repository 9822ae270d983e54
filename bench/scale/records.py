"""What was measured, kept beside the code so that pictures can be drawn from it again."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.scale.stages import Measured

MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Sizes:
    """Bytes on the disk a row, by place, of a home of so many rows."""

    rows: int
    bytes_a_row: dict[str, float]


@dataclass(frozen=True)
class Records:
    """All runs, and how much the homes took."""

    machine: str
    runs: list[Measured]
    sizes: list[Sizes]


def keep(records: Records, path: Path) -> None:
    """Write them, in the place of those of an earlier run."""
    path.write_text(json.dumps(asdict(records), indent=1) + "\n", "utf-8")


def kept(path: Path) -> Records:
    """Return what was kept."""
    told = json.loads(path.read_text("utf-8"))
    return Records(
        told["machine"],
        [Measured(**run) for run in told["runs"]],
        [Sizes(**size) for size in told["sizes"]],
    )


def engines(runs: Iterable[Measured]) -> list[tuple[str, int]]:
    """Return each engine with its number of workers, in the order measured."""
    return list(dict.fromkeys((run.engine, run.workers) for run in runs))
