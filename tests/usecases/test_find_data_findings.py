"""What an import found is told by counts, also where its reject file is gone."""

import shutil
from pathlib import Path

import polars as pl

from import_runs import Home, panel
from stayline.domain.findings import Severity
from stayline.ports.import_ledger import ImportRecord
from stayline.usecases.find_data_findings import DataFindings, find_data_findings


def found(home: Home, number: int) -> DataFindings | None:
    return find_data_findings(
        number,
        imports=home.ports.imports,
        audit=home.ports.audit,
        rejects=home.folder / "rejects",
    )


def taken(folder: Path) -> Home:
    """Return a home with one import: three bad cells in two columns, and a repeated row."""
    home = Home(folder / "home")
    rows = panel(20, 1)
    bad = rows.with_columns(
        Pay=pl.Series(["much", "more", *["1"] * 18]), Site=pl.Series(["Mars", *["North"] * 19])
    )
    pl.concat([bad, bad.tail(1)]).write_csv(folder / "rows.csv")
    home.take(folder / "rows.csv")
    return home


def test_findings_are_counted_by_severity_and_column(tmp_path: Path) -> None:
    told = found(taken(tmp_path), 1)
    assert told is not None
    assert [(one.severity, one.count) for one in told.findings] == [
        (Severity.ERROR, 2),
        (Severity.NOTE, 1),
    ]
    assert told.columns == (("Pay", 2), ("Site", 1))
    assert "much" not in repr(told)


def test_without_the_reject_file_the_counts_are_still_told(tmp_path: Path) -> None:
    home = taken(tmp_path)
    shutil.rmtree(home.folder / "rejects")
    told = found(home, 1)
    assert told is not None
    assert told.columns is None
    assert told.findings[0].count == 2


def test_a_reject_file_that_is_torn_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    home = taken(tmp_path)
    (file,) = (home.folder / "rejects").iterdir()
    file.write_bytes(file.read_bytes()[:-30] + b"\xff\xfe,")
    told = found(home, 1)
    assert told is not None
    assert told.columns is not None
    assert sum(count for _, count in told.columns) <= 3


def test_an_import_that_was_cut_short_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.ports.imports.start(ImportRecord("ab" * 32, "cd" * 32, None, home.clock.instant))
    told = found(home, 1)
    assert told is not None
    assert [(one.severity, one.what) for one in told.findings] == [
        (Severity.WARNING, "import was cut short")
    ]


def test_there_is_nothing_before_the_first_and_after_the_last(tmp_path: Path) -> None:
    home = taken(tmp_path)
    assert [found(home, number) for number in (-1, 0, 2)] == [None, None, None]
