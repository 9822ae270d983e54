"""What the embedded feature store does to its files: erasure, damage, crashes, growth."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from pyarrow import parquet

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.ports.feature_store import FEATURES, OUTCOMES

T0 = datetime(2024, 1, 1, tzinfo=UTC)
SCHEMA = workforce_schema(
    name="one column",
    record_identifier="id",
    columns=[
        Column("id", Kind.CATEGORY, Role.IDENTITY),
        Column("pay", Kind.NUMBER, Role.FEATURE),
        Column("left", Kind.FLAG, Role.OUTCOME),
    ],
    outcome=LabelColumn("left", ("Yes",)),
)
LAST = T0 + timedelta(days=365)


def token_of(number: int) -> EmployeeToken:
    return EmployeeToken(f"{number:032x}")


def facts(people: range, *, event_time: datetime = T0, pay: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame({"token": [token_of(n) for n in people]}).with_columns(
        event_time=pl.lit(event_time).cast(pl.Datetime("us", "UTC")), pay=pl.lit(pay)
    )


def open_store(home: Path) -> DeltaFeatureStore:
    return DeltaFeatureStore.in_folder(
        open_database(home / "online.db", "online"), home / "offline"
    )


def a_store(home: Path) -> DeltaFeatureStore:
    store = open_store(home)
    store.define(SCHEMA)
    return store


def parquet_files(home: Path) -> list[Path]:
    return sorted((home / "offline" / FEATURES).glob("*.parquet"))


def where_found(home: Path, token: str) -> list[str]:
    found = [p.name for p in home.rglob("*") if p.is_file() and token.encode() in p.read_bytes()]
    files = list(home.rglob("*.parquet"))
    return found + [p.name for p in files if token in str(pl.read_parquet(p).to_dicts())]


def token_spans(file: Path) -> list[tuple[str, str]]:
    """Return the first and the last token of each row group, as the file's footer tells them."""
    footer = parquet.ParquetFile(file).metadata
    groups = [
        footer.row_group(number).column(0).statistics for number in range(footer.num_row_groups)
    ]
    return [(group.min, group.max) for group in groups]


def test_a_file_is_in_the_order_of_tokens_so_that_a_share_is_a_few_of_its_row_groups(
    tmp_path: Path,
) -> None:
    rows = facts(range(40_000)).sample(fraction=1, shuffle=True, seed=7)
    a_store(tmp_path).put(FEATURES, rows, written_at=T0)
    (file,) = parquet_files(tmp_path)
    spans = token_spans(file)
    assert len(spans) == 3
    edges = [token for span in spans for token in span]
    assert edges == sorted(set(edges))


def test_no_byte_of_an_erased_person_is_left_on_disk(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for month in range(3):
        rows = facts(range(20), event_time=T0 + timedelta(days=30 * month))
        store.put(FEATURES, rows, written_at=T0)
    assert where_found(tmp_path, token_of(7))
    assert store.erase(token_of(7)) == 3
    assert where_found(tmp_path, token_of(7)) == []
    assert where_found(tmp_path, token_of(8))
    assert open_store(tmp_path).get(token_of(8)) is not None


def test_erasing_someone_unknown_leaves_no_trace_of_the_question(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.put(FEATURES, facts(range(3)), written_at=T0)
    assert store.erase(token_of(99)) == 0
    assert where_found(tmp_path, token_of(99)) == []


def test_a_missing_and_a_torn_file_are_named_and_reading_them_says_damaged(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.put(FEATURES, facts(range(50)), written_at=T0)
    store.put(FEATURES, facts(range(50, 60)), written_at=T0)
    first, second = parquet_files(tmp_path)
    first.write_bytes(first.read_bytes()[:-40])
    second.unlink()
    problems = open_store(tmp_path).problems()
    assert len(problems) == 2
    assert all(name in " ".join(problems) for name in (first.name, second.name))
    with pytest.raises(StoreDamaged):
        store.frame(FEATURES, as_of=LAST)


def test_an_unreadable_log_does_not_stop_the_home_from_opening_to_say_so(tmp_path: Path) -> None:
    a_store(tmp_path).put(FEATURES, facts(range(5)), written_at=T0)
    for entry in (tmp_path / "offline" / FEATURES / "_delta_log").glob("*.json"):
        entry.write_bytes(b"{torn")
    store = open_store(tmp_path)
    assert len(store.problems()) == 1
    with pytest.raises(StoreDamaged):
        store.put(FEATURES, facts(range(9)), written_at=T0)
    assert store.get(token_of(1)) is not None


def test_lost_offline_history_is_noticed(tmp_path: Path) -> None:
    a_store(tmp_path).put(FEATURES, facts(range(5)), written_at=T0)
    (tmp_path / "offline" / FEATURES).rename(tmp_path / "elsewhere")
    assert any("history is missing" in problem for problem in open_store(tmp_path).problems())


def test_a_put_that_cannot_reach_the_online_rows_adds_nothing_offline(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.put(FEATURES, facts(range(2)), written_at=T0)
    with sqlite3.connect(tmp_path / "online.db") as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON online_records "
                      "BEGIN SELECT RAISE(ABORT, 'disk full'); END")  # fmt: skip
    other.close()
    with pytest.raises((StoreUnavailable, StoreDamaged)):
        store.put(FEATURES, facts(range(5)), written_at=T0)
    assert store.frame(FEATURES, as_of=LAST).height == 2
    with sqlite3.connect(tmp_path / "online.db") as other:
        other.execute("DROP TRIGGER full")
    other.close()
    assert store.put(FEATURES, facts(range(5)), written_at=T0) == 3
    assert store.newest().height == 5


def test_online_rows_behind_the_last_offline_commit_catch_up_at_opening(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.put(FEATURES, facts(range(5)), written_at=T0)
    with sqlite3.connect(tmp_path / "online.db") as other:
        other.execute("UPDATE applied_versions SET version = -1")
        other.execute("DELETE FROM online_records WHERE token > ?", (token_of(1),))
    other.close()
    healed = open_store(tmp_path)
    assert healed.newest().height == 5
    assert healed.problems() == []


def test_last_days_lost_in_a_crash_are_known_again_and_go_with_the_person(tmp_path: Path) -> None:
    month = Column("month", Kind.DATE, Role.IGNORED)
    panel = replace(SCHEMA, event_time="month", columns=(*SCHEMA.columns, month))
    store = open_store(tmp_path)
    store.define(panel)
    store.put(FEATURES, facts(range(2)), written_at=T0)
    label = facts(range(2)).select("token", "event_time", label=pl.lit(value=True))
    store.put(OUTCOMES, label, written_at=T0)
    with sqlite3.connect(tmp_path / "online.db") as other:
        other.execute("DELETE FROM last_days")
        other.execute("DELETE FROM applied_versions WHERE feature_group = 'outcomes'")
    other.close()
    assert not store.has_left(token_of(1), at=LAST)
    healed = open_store(tmp_path)
    assert healed.has_left(token_of(1), at=LAST)
    healed.erase(token_of(1))
    with sqlite3.connect(tmp_path / "online.db") as other:
        left = other.execute("SELECT token FROM last_days").fetchall()
    other.close()
    assert left == [(token_of(0),)]
    assert healed.problems() == []


def test_many_small_puts_are_compacted_and_nothing_is_lost(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for n in range(70):
        store.put(FEATURES, facts(range(n, n + 1)), written_at=T0)
    assert len(parquet_files(tmp_path)) < 20
    assert store.frame(FEATURES, as_of=LAST).height == 70
    assert open_store(tmp_path).problems() == []


def test_more_threads_than_the_pool_has_connections_can_read_at_once(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.put(FEATURES, facts(range(40)), written_at=T0)
    found: list[object] = []
    together = threading.Barrier(40)

    def read(number: int) -> None:
        found.append(store.get(token_of(number)))
        together.wait(10)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([record for record in found if record is not None]) == 40


PUTTING = """
import sys, pathlib
sys.path.insert(0, sys.argv[2])
from test_feature_store_files import T0, FEATURES, facts, a_store
store = a_store(pathlib.Path(sys.argv[1]))
print("open", flush=True)
for start in range(0, 40_000, 1000):
    store.put(FEATURES, facts(range(start, start + 1000)), written_at=T0)
    print(start, flush=True)
"""


def test_killed_at_any_moment_the_store_is_whole_and_a_rerun_completes_it(tmp_path: Path) -> None:
    moments = random.Random(7)  # noqa: S311  (test timing, no secret)
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", PUTTING, str(tmp_path), here]
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ))
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.25))
        process.kill()
        process.communicate()
        store = open_store(tmp_path)
        assert store.problems() == []
        frame = store.frame(FEATURES, as_of=LAST)
        assert frame["token"].is_unique().all()
        assert frame.height % 1000 == 0
        assert store.newest()["token"].to_list() == frame["token"].to_list()
    for start in range(0, 40_000, 8000):
        store.put(FEATURES, facts(range(start, start + 8000)), written_at=T0)
    assert store.frame(FEATURES, as_of=LAST).height == 40_000
    assert store.newest().height == 40_000
