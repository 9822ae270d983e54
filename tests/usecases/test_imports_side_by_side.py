"""Several processes import into one home at the same time, an extract each."""

import subprocess
import sys
from pathlib import Path

import polars as pl

from import_runs import Home, home_with_the_key_of, panel

SCRIPT = Path(__file__).parents[1] / "import_runs.py"


def company(number: int) -> pl.DataFrame:
    """Return the extract of a company whose people are in no other."""
    own = [pl.format("{}-{}", pl.lit(number), pl.col(name)).alias(name) for name in ("Id", "Boss")]
    return panel(people=900, months=24).with_columns(own)


def test_imports_at_the_same_time_bring_what_they_bring_one_after_the_other(tmp_path: Path):
    extracts = [tmp_path / f"company-{number}.csv" for number in range(3)]
    for number, extract in enumerate(extracts):
        company(number).write_csv(extract)
    calm = Home(tmp_path / "calm")
    for extract in extracts:
        calm.take(extract)
    busy = home_with_the_key_of(calm, tmp_path / "busy")

    processes = [
        subprocess.Popen([sys.executable, str(SCRIPT), str(busy.folder), str(extract)])
        for extract in extracts
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]

    after = Home(busy.folder, calm.clock)
    assert after.problems() == []
    found = after.contents()
    for name, frame in calm.contents().items():
        assert found[name].equals(frame), name
