"""Erase one of 100,000 people, and tell how long each part takes.

    python bench/erase_person.py [PEOPLE]

Everybody has features, a name, three captured answers and as many audit events a person.
"""

import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from stayline.bootstrap import Ports, build
from stayline.bootstrap.retention import personal_stores
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import FEATURES, TOKEN
from stayline.settings import Settings
from stayline.usecases.erase_employee import erase_employee
from workforce_home import SCHEMA, people

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
ANSWERS_EACH, AT_ONCE = 3, 5_000


def live(ports: Ports, home: Path) -> None:
    """Put features and names of everybody, and have them answered."""
    ports.features.define(SCHEMA)
    rows = people(PEOPLE, 7)
    ports.features.put(FEATURES, rows, written_at=ports.clock.now())
    names = pl.concat_str(pl.lit("Person "), pl.int_range(pl.len()).cast(pl.String))
    ids = pl.concat_str(pl.lit("E-"), pl.int_range(pl.len()).cast(pl.String))
    ports.directory.put(
        rows.select(
            "token", "event_time", ids.alias("hr_id"), names.alias("display_name"),
            pl.lit(None, pl.String).alias("manager"),
        )
    )  # fmt: skip
    now, kind = ports.clock.now(), AuditEventKind.EMPLOYEE_SCORED
    tokens = ports.features.newest().get_column(TOKEN).to_list() * ANSWERS_EACH
    for start in range(0, len(tokens), AT_ONCE):
        some = list(enumerate(tokens[start : start + AT_ONCE], start))
        ports.capture.append(
            [
                CaptureRecord(f"e-{n}", now, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}')
                for n, token in some
            ]
        )
        ports.audit.note(
            [
                AuditEvent(kind, "bench", token, now, {"prediction_id": f"e-{n}"})
                for n, token in some
            ]
        )
    ports.audit.close()


def main() -> None:
    """Make the home, erase, and tell."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        ports = build(Settings(home=home))
        live(ports, home)
        token = EmployeeToken(ports.features.newest().get_column(TOKEN)[42])
        hr_id = ports.directory.find(token).hr_id
        for name in ("online.db", "directory.db", "protected.db", "state.db"):
            print(f"{name}: {(home / name).stat().st_size / 1e6:,.0f} MB")
        stores = personal_stores(ports)
        began, used = time.perf_counter(), time.process_time()
        stores.remnants.overwrite()
        _tell("all databases written anew", began, used)
        began, used = time.perf_counter(), time.process_time()
        erase_employee(
            [token], hr_ids=[hr_id], decisions_before=None, reason="bench", stores=stores,
            register=ports.register, audit=ports.audit, clock=ports.clock, actor="bench",
        )  # fmt: skip
        _tell(f"one of {PEOPLE:,} people erased", began, used)


def _tell(what: str, began: float, used: float) -> None:
    took, work = time.perf_counter() - began, time.process_time() - used
    print(f"{what}: {took:.1f} s ({work:.1f} s of work)")


if __name__ == "__main__":
    main()
