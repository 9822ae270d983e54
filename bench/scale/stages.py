"""What is measured: the commands a user runs, each with the engine that the run asks for."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.scale.processes import TreePeak, cpu_seconds, forget_peak, peaks

IMPORT = "import"
"""Comes first, in one process whatever the engine; see docs/cluster.md."""
STAGES = ("frame", "train", "score", "audit")
_DONE = (0, 2)
"""2: what was looked at has violations, which made-up people may well have."""
_OPEN_GATES = (
    "MinimumRecall=0.0", "MinimumLift=1.0", "MinimumRocAuc=0.5", "LargestCalibrationError=1.0",
    "FewestPositives=1", "LargestRecallDifference=0.1",
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """A cluster and its workers' processes; no address: this machine alone, in one process."""

    name: str
    address: str = ""
    workers: tuple["subprocess.Popen[bytes]", ...] = ()

    @property
    def words(self) -> list[str]:
        """The options that ask for it."""
        return ["--engine", "dask", "--scheduler", self.address] if self.address else []


@dataclass(frozen=True)
class Measured:
    """One stage at one size: seconds, and the greatest bytes of the command and of each worker.

    ``cpu_seconds`` are those of all processes together, which other work on the machine hardly
    changes.
    """

    engine: str
    workers: int
    stage: str
    rows: int
    seconds: float
    cpu_seconds: float
    command_bytes: int
    worker_bytes: list[int]


class Home:
    """A home on disk, and the stages that fill it one after the other."""

    def __init__(self, folder: Path, rows: int, trials: int) -> None:
        self.rows = rows
        self._folder = folder
        self._trials = trials

    def take(self, extract: Path) -> Measured:
        """Import an extract."""
        return self._measured(
            IMPORT, Engine("local"), "import", str(extract), "--schema", "monthly-panel"
        )

    def copied(self, folder: Path) -> "Home":
        """Return a copy, on which another engine begins from the same."""
        shutil.copytree(self._folder, folder)
        return Home(folder, self.rows, self._trials)

    def run(self, stage: str, engine: Engine) -> Measured:
        """Run a stage to its end; a training is followed by the approval that scores need."""
        if stage == "frame":
            command = [sys.executable, "-m", "bench.scale.frame"]
            return self._timed(stage, engine, [*command, str(self._folder), engine.address])
        limits = (word for limit in _OPEN_GATES for word in ("--parameter", limit))
        words = {
            "train": ["train", "--trials", str(self._trials), *limits],
            "score": ["score", "--all"],
            "audit": ["watch", "workforce"],
        }[stage]
        measured = self._measured(stage, engine, *words)
        if stage == "train":
            reason = "A model of simulated people, for measuring."
            approval = "models", "approve", "1", "--by", "bench-too", "--reason", reason
            self._measured(stage, Engine("local"), *approval)
        return measured

    def bytes_a_row(self) -> Mapping[str, float]:
        """Return what the facts and the databases take on the disk, a row of the extract."""
        places = {"offline": self._folder / "offline"}
        databases = sum(path.stat().st_size for path in self._folder.glob("*.db"))
        sizes = {name: _size(place) for name, place in places.items()} | {"databases": databases}
        return {name: size / self.rows for name, size in sizes.items()}

    def _measured(self, stage: str, engine: Engine, *words: str) -> Measured:
        stayline = [sys.executable, "-m", "stayline", "--home", str(self._folder)]
        return self._timed(stage, engine, [*stayline, *words, *engine.words, "--json"])

    def _timed(self, stage: str, engine: Engine, command: list[str]) -> Measured:
        """Run a command to its end; one that fails ends the benchmark."""
        workers = engine.workers
        forget_peak(workers)
        used, started = cpu_seconds(workers), time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            peak = TreePeak(process)
            told, complaint = process.communicate()
            most = peak.end()
        seconds, used = time.perf_counter() - started, cpu_seconds(workers) - used
        if process.returncode not in _DONE:
            text = complaint.decode(errors="replace")[-2000:]
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {text}")
        json.loads(told)
        found = peaks(workers)
        return Measured(engine.name, len(workers), stage, self.rows, seconds, used, most, found)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
