"""Kill -9 in the middle of an import: nothing is damaged, and a rerun completes it exactly."""

import random
import subprocess
import sys
import time
from pathlib import Path

from import_runs import Home, home_with_the_key_of, panel

KILLS = 4
SCRIPT = Path(__file__).parents[1] / "import_runs.py"


def begin(home, extract):
    """Return a process that is about to import, everything loaded."""
    command = [sys.executable, str(SCRIPT), str(home.folder), str(extract)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_an_import_killed_again_and_again_ends_as_if_nothing_had_happened(tmp_path):
    extract = tmp_path / "panel.csv"
    panel(people=2500, months=25).write_csv(extract)
    calm = Home(tmp_path / "calm")
    started = time.perf_counter()
    report = calm.take(extract, rows_a_batch=10_000)
    calm_seconds = time.perf_counter() - started
    killed_home = home_with_the_key_of(calm, tmp_path / "killed")
    chance = random.Random(7)  # noqa: S311  (moments, not secrets)
    kills = 0
    for _ in range(KILLS):
        process = begin(killed_home, extract)
        try:
            process.wait(chance.uniform(0.02, 0.9 * calm_seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        process.communicate()
        assert Home(killed_home.folder).problems() == []

    after = Home(killed_home.folder, calm.clock)
    rerun = after.take(extract, rows_a_batch=10_000)

    assert kills >= KILLS // 2
    assert rerun.rows == report.rows
    expected, found = calm.contents(), after.contents()
    for name, frame in expected.items():
        assert found[name].equals(frame), name
    assert after.take(extract).already_imported
    assert list((after.folder / "rejects").glob("*")) == []
