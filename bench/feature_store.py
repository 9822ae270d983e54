"""The feature store beside bare SQLite and DuckDB, and beside Feast, in one run.

`python bench/feature_store.py` measures what is installed; ``--with-feast`` adds Feast and needs
`pip install feast duckdb` in an environment of its own, never among the project's requirements.
"""

import argparse
import importlib.util
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.ports.feature_store import FEATURES

PEOPLE, MONTHS, SPINE, READS = 50_000, 24, 100_000, 5_000
NUMBERS = [f"number_{n}" for n in range(30)]
T0 = datetime(2023, 1, 1, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")
NOT_INSTALLED = "not installed: pip install feast duckdb"
Row = tuple[str, str, float | None, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-feast", action="store_true")
    with_feast = parser.parse_args().with_feast
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        facts, spine = history(), questions()
        tokens = facts["token"].head(READS).to_list()
        rows += ours(home, facts, spine, tokens)
        rows += bare_sqlite(home / "bare.db", facts, tokens)
        rows += bare_duckdb(home, facts, spine)
        rows += feast(home / "feast", facts, spine, tokens) if with_feast else []
    table = Table("work", "by", "measured", "against ours")
    own = {work: seconds for work, by, seconds, _ in rows if by == "stayline" and seconds}
    for work, by, seconds, note in sorted(rows, key=lambda row: row[0]):
        ratio = f"{seconds / own[work]:.1f} x" if seconds and work in own else ""
        table.add_row(work, by, shown(seconds) if seconds else note, ratio)
    Console(width=110).print(table)


def history() -> pl.DataFrame:
    """Return 50,000 people x 24 months of 30 numbers; each month is written a day later."""
    random = np.random.default_rng(1)
    count = PEOPLE * MONTHS
    month = np.repeat(np.arange(MONTHS), PEOPLE)
    return pl.DataFrame(
        {"token": [f"{n:032x}" for n in range(PEOPLE)] * MONTHS, "month": month}
    ).select(
        "token",
        (pl.lit(T0).cast(INSTANT) + pl.duration(days=30 * pl.col("month"))).alias("event_time"),
        *(pl.Series(name, random.normal(size=count).round(3)) for name in NUMBERS),
    )


def questions() -> pl.DataFrame:
    """Return 100,000 people and instants to join the history to."""
    random = np.random.default_rng(2)
    who = random.integers(0, PEOPLE, SPINE)
    hours = random.integers(0, 24 * 30 * MONTHS, SPINE)
    return pl.DataFrame({"token": [f"{n:032x}" for n in who], "hours": hours}).select(
        "token", as_of=(pl.lit(T0) + pl.duration(hours=pl.col("hours"))).cast(INSTANT)
    )


def ours(home: Path, facts: pl.DataFrame, spine: pl.DataFrame, tokens: list[str]) -> list[Row]:
    columns = [Column(name, Kind.NUMBER, Role.FEATURE) for name in NUMBERS]
    schema = workforce_schema(
        name="bench",
        record_identifier="id",
        columns=[
            Column("id", Kind.CATEGORY, Role.IDENTITY),
            *columns,
            Column("left", Kind.FLAG, Role.OUTCOME),
        ],
        outcome=LabelColumn("left", ("Yes",)),
    )
    store = DeltaFeatureStore.in_folder(
        open_database(home / "online.db", "online"), home / "offline"
    )
    store.define(schema)
    months = facts.partition_by("event_time", maintain_order=True)
    fill = 0.0
    for month in months:
        written_at = month["event_time"][0] + timedelta(days=1)
        fill = timed(lambda m=month, w=written_at: store.put(FEATURES, m, written_at=w))
    reads = timed(lambda: [store.get(EmployeeToken(token)) for token in tokens]) / len(tokens)
    join = timed(lambda: store.join(FEATURES, spine))
    return [
        (READ, "stayline", reads, ""),
        (FILL, "stayline", fill, ""),
        (JOIN, "stayline", join, ""),
    ]


def bare_sqlite(path: Path, facts: pl.DataFrame, tokens: list[str]) -> list[Row]:
    newest = facts.tail(PEOPLE)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE record (token TEXT PRIMARY KEY, packed BLOB)")

    def fill() -> None:
        packed = map(msgspec.msgpack.encode, newest.select(NUMBERS).iter_rows(named=True))
        with connection:
            connection.executemany(
                "INSERT INTO record VALUES (?, ?)", zip(newest["token"], packed, strict=True)
            )

    def read(token: str) -> Any:
        query = connection.execute("SELECT packed FROM record WHERE token = ?", (token,))
        return msgspec.msgpack.decode(query.fetchone()[0])

    filled = timed(fill)
    reads = timed(lambda: [read(token) for token in tokens]) / len(tokens)
    connection.close()
    return [(FILL, "bare SQLite, online only", filled, ""), (READ, "bare SQLite", reads, "")]


def bare_duckdb(home: Path, facts: pl.DataFrame, spine: pl.DataFrame) -> list[Row]:
    if importlib.util.find_spec("duckdb") is None:
        return [(JOIN, "bare DuckDB, one clock", None, NOT_INSTALLED)]
    import duckdb

    facts.write_parquet(home / "facts.parquet")
    spine.write_parquet(home / "spine.parquet")
    connection = duckdb.connect()
    query = (
        f"CREATE OR REPLACE TABLE answer AS SELECT s.as_of, f.* FROM '{home}/spine.parquet' s "  # noqa: S608  (written here)
        f"ASOF LEFT JOIN '{home}/facts.parquet' f "
        "ON s.token = f.token AND s.as_of >= f.event_time"
    )
    return [(JOIN, "bare DuckDB, one clock", timed(lambda: connection.execute(query)), "")]


def feast(folder: Path, facts: pl.DataFrame, spine: pl.DataFrame, tokens: list[str]) -> list[Row]:
    if importlib.util.find_spec("feast") is None:
        return [(work, "Feast", None, NOT_INSTALLED) for work in (READ, FILL, JOIN)]
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
    from feast.types import Float64

    folder.mkdir()
    facts.write_parquet(folder / "facts.parquet")
    found: list[Row] = []
    asked = spine.rename({"as_of": "event_timestamp"}).to_pandas()
    names = [f"person:{name}" for name in NUMBERS]
    for kind in ("file", "duckdb"):
        store = FeatureStore(
            config=RepoConfig(
                project="bench",
                provider="local",
                registry=str(folder / f"{kind}.registry"),
                online_store={"type": "sqlite", "path": str(folder / f"{kind}.db")},
                offline_store={"type": kind},
                entity_key_serialization_version=3,
            )
        )
        person = Entity(name="person", join_keys=["token"], value_type=ValueType.STRING)
        view = FeatureView(
            name="person",
            entities=[person],
            ttl=timedelta(days=0),
            schema=[Field(name=name, dtype=Float64) for name in NUMBERS],
            source=FileSource(path=str(folder / "facts.parquet"), timestamp_field="event_time"),
        )
        store.apply([person, view])
        joined = timed(
            lambda s=store: s.get_historical_features(entity_df=asked, features=names).to_df()
        )
        found.append((JOIN, f"Feast, {kind} store, one clock", joined, ""))
        if kind == "file":
            newest = facts.tail(PEOPLE).to_pandas()
            found.append(
                (
                    FILL,
                    "Feast",
                    timed(lambda s=store, n=newest: s.write_to_online_store("person", n)),
                    "",
                )
            )
            some = tokens[:500]

            def read(store: FeatureStore = store, some: list[str] = some) -> None:
                for token in some:
                    rows = [{"token": token}]
                    store.get_online_features(features=names, entity_rows=rows).to_dict()

            found.append((READ, "Feast", timed(read) / len(some), ""))
    return found


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def shown(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} us" if seconds < 0.01 else f"{seconds:,.2f} s"


READ = "1. read one person, 30 features"
FILL = f"2. one month of {PEOPLE:,} people, online and offline"
JOIN = f"3. point-in-time join, {SPINE:,} x {PEOPLE * MONTHS:,}"

if __name__ == "__main__":
    main()
