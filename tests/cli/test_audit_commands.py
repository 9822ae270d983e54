"""``stayline audit`` on a home of its own."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from command_runs import here
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings
from store_processes import an_event
from stores import HOUR, NOON, SetClock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    ports = build(Settings(home=tmp_path), clock=SetClock())
    token = pseudonym(ports.secrets.token_key(), "4711")
    ports.audit.note(
        [
            *(replace(an_event(n), at=NOON + n * HOUR) for n in range(3)),
            replace(an_event(3), kind=AuditEventKind.EMPLOYEE_VIEWED, subject=token, actor="b\no"),
        ]
    )
    ports.audit.close()
    return tmp_path


def numbers(told: str) -> list[int]:
    return [event["details"]["number"] for event in json.loads(told)["events"]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [0, 1, 2, 3]),
        (["--limit", "2"], [2, 3]),
        (["--limit", "0"], [0, 1, 2, 3]),
        (["--kind", "employee.viewed"], [3]),
        (["--kind", "employee.viewed", "--kind", "employee.scored"], [0, 1, 2, 3]),
        (["--subject", "a" * 32], [0, 1, 2]),
        (["--employee", "4711"], [3]),
        (["--employee", "4712"], []),
        (["--actor", "ana", "--since", "2026-03-01T13:00:00"], [1, 2]),
        (["--since", "2026-03-01T12:30:00", "--until", "2026-03-01T13:30:00"], [1]),
    ],
)
def test_filters_narrow_the_list(home: Path, words: list[str], expected: list[int]) -> None:
    done = here("audit", "list", *words, "--json", "--home", home)
    assert done.code == 0, done
    assert numbers(done.out) == expected


def test_a_list_for_people_has_a_line_an_event_and_no_control_characters(home: Path) -> None:
    done = here("audit", "list", "--home", home)
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert lines[0] == f"2026-03-01 12:00:00  employee.scored  ana  {'a' * 32}  number=0"
    assert "  b?o  " in lines[3]
    assert "4711" not in done.out


@pytest.mark.parametrize(
    "words", [["--kind", "nonsense"], ["--employee", "1", "--subject", "x"], ["--since", "noon"]]
)
def test_a_wrong_filter_is_a_wrong_call(home: Path, words: list[str]) -> None:
    assert here("audit", "list", *words, "--home", home).code == 2


def test_a_checkpoint_is_signed_and_verified_against_a_copy(home: Path) -> None:
    made = here("audit", "checkpoint", "--home", home)
    assert made.code == 0, made
    copy, key = home / "copy", home / "key.pem"
    copy.write_text(made.out)
    key.write_text(here("audit", "public-key", "--home", home).out)
    words = ["audit", "verify", "--checkpoint", copy, "--public-key", key, "--home", home]
    found = json.loads(here(*words, "--json").out)
    assert found["is_whole"]
    assert found["audit_log"]["checkpoints"] == 1
    assert "1 checkpoints hold, up to event 4" in here(*words).out


def test_a_broken_log_ends_with_1_and_names_the_place(home: Path) -> None:
    raw = sqlite3.connect(home / "state.db")
    with raw:
        raw.execute("UPDATE audit_events SET actor = 'eve' WHERE position = 2")
    raw.close()
    done = here("audit", "verify", "--home", home)
    assert done.code == 1
    assert "BROKEN: audit event 2 was altered" in done.out
    told = json.loads(here("audit", "verify", "--home", home, "--json").out)
    assert (told["is_whole"], told["audit_log"]["count"]) == (False, 1)
    assert here("audit", "checkpoint", "--home", home).code == 1


def test_a_copy_that_is_not_there_is_told(home: Path) -> None:
    done = here("audit", "verify", "--checkpoint", home / "nothing", "--home", home)
    assert done.code == 1
    assert "Cannot read" in done.err
