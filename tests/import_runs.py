"""Imports of small extracts into real homes, for the tests of the import and what follows it."""

import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from stayline.bootstrap import Ports, build
from stayline.domain.import_report import ImportReport
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LeavingWithin,
    Role,
    WorkforceSchema,
    workforce_schema,
)
from stayline.ports.feature_store import FEATURES, OUTCOMES, WRITE_TIME
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stores import SetClock

LATER = datetime(2100, 1, 1, tzinfo=UTC)
PANEL = workforce_schema(
    name="small-panel",
    record_identifier="Id",
    event_time="Snapshot",
    columns=[
        Column("Id", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.RECORD_IDENTIFIER),
        Column("Name", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.DISPLAY_NAME),
        Column("Boss", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.MANAGER),
        Column("Snapshot", Kind.DATE, Role.IGNORED),
        Column("Pay", Kind.NUMBER, Role.FEATURE, minimum=0),
        Column("Site", Kind.CATEGORY, Role.SEGMENT, categories=("North", "South")),
        Column("Age", Kind.NUMBER, Role.PROTECTED),
        Column("LastDay", Kind.DATE, Role.OUTCOME),
        Column("Why", Kind.CATEGORY, Role.OUTCOME),
    ],
    outcome=LeavingWithin("LastDay", "Why", ("Resignation",), horizon_months=6),
)


@dataclass
class Home:
    """A home whose ports a test uses, and the way extracts get into it."""

    folder: Path
    clock: SetClock = field(default_factory=SetClock)
    ports: Ports = field(init=False)

    def __post_init__(self):
        self.ports = build(Settings(home=self.folder), clock=self.clock)

    def take(self, path: Path, schema: WorkforceSchema = PANEL, **options) -> ImportReport:
        ports = self.ports
        return import_workforce(
            path,
            **{"schema": schema, "as_of": None, "actor": "ana"} | options,
            rejects=self.folder / "rejects",
            features=ports.features,
            protected=ports.protected,
            directory=ports.directory,
            imports=ports.imports,
            register=ports.register,
            audit=ports.audit,
            secrets=ports.secrets,
            clock=ports.clock,
        )

    def facts(self, group: str) -> pl.DataFrame:
        return self.ports.features.frame(group, as_of=LATER)

    def contents(self) -> dict[str, pl.DataFrame]:
        """Return everything an import brings, without the time it was written."""
        newest = self.ports.features.newest()
        people = [self.ports.directory.find(token) for token in newest["token"]]
        return {
            FEATURES: self.facts(FEATURES).drop(WRITE_TIME),
            OUTCOMES: self.facts(OUTCOMES).drop(WRITE_TIME),
            "newest": newest.drop(WRITE_TIME).sort("token"),
            "protected": self.ports.protected.read(AuditPurpose("ana", "test")),
            "directory": pl.DataFrame(people),
            "lines on disk": pl.DataFrame(
                {
                    group: [pl.read_delta(str(self.folder / "offline" / group)).height]
                    for group in (FEATURES, OUTCOMES)
                }
            ),
        }

    def problems(self) -> list[str]:
        ports = self.ports
        return [
            problem
            for store in (ports.features, ports.protected, ports.directory, ports.audit)
            for problem in store.problems()
        ]


def home_with_the_key_of(other: Home, folder: Path) -> Home:
    """Return a new home that gives people the same tokens."""
    other.ports.secrets.token_key()
    shutil.copytree(other.folder / "secrets", folder / "secrets")
    return Home(folder, other.clock)


def panel(people: int, months: int) -> pl.DataFrame:
    """Return a monthly extract as text, every tenth person leaving in the middle of it."""
    month = pl.col("month")
    leaves = (pl.col("person") % 10 == 0) & (month == months // 2)
    days = pl.DataFrame({"month": range(months)}).with_columns(
        Snapshot=pl.date(2020, 1, 1).dt.offset_by(pl.format("{}mo", month))
    )
    rows = pl.DataFrame({"person": range(people)}).join(days, how="cross")
    return (
        rows.filter((pl.col("person") % 10 != 0) | (month <= months // 2))
        .sort("month", "person")
        .select(
            Id=pl.col("person").cast(pl.String),
            Name=pl.format("Person {}", "person"),
            Boss=(pl.col("person") // 10).cast(pl.String),
            Snapshot=pl.col("Snapshot").cast(pl.String),
            Pay=(pl.col("person") % 97 * 10 + month).cast(pl.String),
            Site=pl.when(pl.col("person") % 3 == 0)
            .then(pl.lit("North"))
            .otherwise(pl.lit("South")),
            Age=(pl.col("person") % 50 + 16).cast(pl.String),
            LastDay=pl.when(leaves).then(pl.col("Snapshot").cast(pl.String)),
            Why=pl.when(leaves).then(pl.lit("Resignation")),
        )
    )


if __name__ == "__main__":  # what the kill test runs, and kills
    home, extract = Home(Path(sys.argv[1])), Path(sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    home.take(extract, rows_a_batch=10_000)
