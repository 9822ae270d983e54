"""Processes that answer requests from one home, and one that deploys, as a server's would."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deployed_home import take_to_work
from forked import FORKED
from stayline.bootstrap import build
from stayline.domain.deployment import Progress, RolloutPlan
from stayline.settings import Settings

ROW = {"OverTime": "Yes", "MonthlyIncome": 5500.0, "JobRole": "Manager", "YearsAtCompany": 3.0}
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
PAUSE_S = 0.004
PATIENCE_S = 30.0


class Workers:
    """Worker processes, and what they wrote down of each answer."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._files = {name: folder / name for name in names}

    def answers(self, since: float = 0.0) -> list[tuple[float, str, str]]:
        """Return when, by which worker and by which version; the version is an error's name."""
        lines = [
            (name, line.split())
            for name, file in self._files.items()
            for line in (file.read_text().splitlines() if file.exists() else [])
        ]
        found = [(float(w[0]), name, w[1]) for name, w in lines if len(w) == 2]
        return sorted(one for one in found if one[0] >= since)

    def wait_for(self, version: int) -> None:
        """Return once each worker's newest answer is by that version."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            newest = {name: by for _, name, by in self.answers()}
            if set(newest) == set(self._files) and set(newest.values()) == {f"version-{version}"}:
                return
            time.sleep(0.02)
        raise AssertionError(f"the newest answers are by {newest}, not by version {version}")


@contextmanager
def at_work(home: Path, count: int = 3) -> Iterator[Workers]:
    """Run that many workers on a home, all answering, until the block ends."""
    folder = home.parent / "answers"
    folder.mkdir()
    names = [f"w-{number}" for number in range(count)]
    stop = FORKED.Event()
    started = [
        FORKED.Process(target=_answer, args=(home, name, folder / name, stop), daemon=True)
        for name in names
    ]
    for process in started:
        process.start()
    try:
        workers = Workers(folder, names)
        workers.wait_for(1)
        yield workers
    finally:
        stop.set()
        for process in started:
            process.join(timeout=10)
            if process.is_alive():
                process.kill()
                process.join()


@contextmanager
def deploying(home: Path, version: int, plan: RolloutPlan) -> Iterator[Any]:
    """Run a process that deploys a version; yields it and a queue of the phases it goes through."""
    phases = FORKED.Queue()
    process = FORKED.Process(target=_deploy, args=(home, version, plan, phases), daemon=True)
    process.start()
    try:
        yield process, phases
    finally:
        process.kill()
        process.join()
        phases.close()


def _answer(home: Path, name: str, out: Path, stop: Any) -> None:
    ports = build(Settings(home=home))
    turn = 0
    with out.open("w", buffering=1) as file, ports.follower.follow(name):
        while not stop.is_set():
            turn += 1
            try:
                variant = ports.endpoint.variant(affinity=f"{name}-{turn}")
                variant.predict([ROW], [AS_OF])
                by = variant.name
            except Exception as error:
                by = type(error).__name__
            file.write(f"{time.time():.4f} {by}\n")
            time.sleep(PAUSE_S)


def _deploy(home: Path, version: int, plan: RolloutPlan, phases: Any) -> None:
    def tell(progress: Progress) -> None:
        phases.put(progress.phase)

    try:
        take_to_work(build(Settings(home=home)), version, plan=plan, tell=tell)
    except Exception as error:
        phases.put(str(error))
        sys.exit(1)
    phases.put("done")
