import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from stayline.ports.directory import Directory
from stayline.ports.extract_files import IdColumns
from stores import ANA, BO, NOON, Backend, EmbeddedBackend

COLUMNS = IdColumns("id", "boss")
BY_COLUMN = "id,boss,pay\nE1,E9,10\nE2,E1,20\nE3,E9,30\n"
A_DAY = timedelta(days=1)


@pytest.fixture
def directory(tmp_path: Path):
    """Who ANA and BO are: E1 and E2."""
    people = EmbeddedBackend(tmp_path / "people")
    (tmp_path / "people").mkdir()
    names = {"display_name": None, "manager": None}
    entries = [
        {"token": token, "event_time": NOON, "hr_id": hr_id, **names}
        for token, hr_id in ((ANA, "E1"), (BO, "E2"))
    ]
    book = people.directory()
    book.put(
        pl.DataFrame(entries, schema_overrides={"display_name": pl.String, "manager": pl.String})
    )
    yield book
    people.close()


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_a_person_goes_from_every_file_as_a_row_and_as_a_manager(
    backend: Backend, directory: Directory
) -> None:
    for place in ("waiting", "done", "refused", "rejects"):
        backend.put_extract(place, "march.csv", BY_COLUMN.encode())
    files = backend.extracts(directory)
    assert (files.erase(["E1"], COLUMNS), files.erase(["E1"], COLUMNS)) == (4, 0)
    for place in ("waiting", "done", "refused", "rejects"):
        left = pl.read_csv(backend.extract(place, "march.csv"))
        assert left.rows() == [("E2", None, 20), ("E3", "E9", 30)]


def test_parquet_stays_parquet_and_a_file_without_rows_goes(
    backend: Backend, directory: Directory
) -> None:
    frame = pl.DataFrame({"id": ["E1", "E2"], "pay": [1.5, 2.5]})
    backend.put_extract("done", "two.parquet", parquet(frame))
    backend.put_extract("done", "one.parquet", parquet(frame[:1]))
    assert backend.extracts(directory).erase(["E1"], COLUMNS) == 2
    assert pl.read_parquet(backend.extract("done", "two.parquet")).equals(frame[1:])
    assert backend.extract("done", "one.parquet") is None


def test_what_is_no_table_goes_if_it_holds_the_id_and_stays_if_not(
    backend: Backend, directory: Directory
) -> None:
    backend.put_extract("refused", "torn.csv", b'id,pay\nE1,"10\nE2,20,30,40\n')
    backend.put_extract("refused", "other.csv", b'id,pay\nE7,"10\nE8,20,30,40\n')
    assert backend.extracts(directory).erase(["E1"], COLUMNS) == 1
    assert backend.extract("refused", "torn.csv") is None
    assert backend.extract("refused", "other.csv") is not None


def test_of_what_is_too_old_only_rows_of_people_held_stay(
    backend: Backend, directory: Directory
) -> None:
    backend.put_extract("done", "both.csv", BY_COLUMN.encode())
    backend.put_extract("done", "others.csv", b"id,pay\nE7,1\n")
    backend.put_extract("waiting", "next.csv", b"id,pay\nE7,1\n")
    files, held = backend.extracts(directory), frozenset({BO})
    now = datetime.now(UTC)
    assert files.purge(now - A_DAY, held=held) == 0
    ages = files.ages(now + A_DAY, held=held)
    assert (ages.rows, ages.due, ages.held_back) == (2, 1, 1)
    assert abs(ages.oldest - now) < A_DAY
    assert files.purge(now + A_DAY, held=held) == 1
    assert backend.extract("done", "others.csv") is None
    assert pl.read_csv(backend.extract("done", "both.csv"))["id"].to_list() == ["E2"]
    assert backend.extract("waiting", "next.csv") is not None
    assert files.purge(now + A_DAY) == 1
