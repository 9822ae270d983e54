"""Kills writers at random moments; what they had told of must be there, once."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from stayline.adapters.embedded.audit_log import SqliteAuditLog
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.database import open_database
from store_processes import told, write_down_until_killed
from stores import HOUR, NOON

ROUNDS = 10


@dataclass(frozen=True)
class Aftermath:
    home: Path
    told: frozenset[str]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """Two processes at once, ten times: twenty kills, each in the middle of the work."""
    home = tmp_path_factory.mktemp("home")
    draw = np.random.default_rng(4)
    names: set[str] = set()
    for _ in range(ROUNDS):
        with told(2, write_down_until_killed, home) as listen:
            text = listen()
            until = time.monotonic() + draw.uniform(0, 0.4)
            while time.monotonic() < until:
                text += listen()
        while more := listen():
            text += more
        names.update(line.decode() for line in text.splitlines(keepends=True) if b"\n" in line)
    return Aftermath(home, frozenset(name.strip() for name in names))


def test_every_record_told_of_is_captured_exactly_once(aftermath: Aftermath) -> None:
    log = JsonlCaptureLog(aftermath.home / "capture")
    times = Counter(found.event_id for found in log.read(NOON - HOUR, NOON + HOUR))
    assert len(aftermath.told) > 100 * ROUNDS
    assert aftermath.told - times.keys() == set()
    assert set(times.values()) == {1}
    assert log.problems() == []


def test_every_event_told_of_is_in_the_chain_exactly_once(aftermath: Aftermath) -> None:
    engine = open_database(aftermath.home / "state.db", "state")
    log = SqliteAuditLog(engine, aftermath.home / "audit")
    times = Counter(event.subject for event in log.events())
    assert aftermath.told - times.keys() == set()
    assert set(times.values()) == {1}
    assert log.problems() == []
    assert list((aftermath.home / "audit").iterdir()) == []
    engine.dispose()
