"""What an intruder may do to the audit log, and what is told of it."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.checkpoints import FileCheckpoints
from stayline.adapters.embedded.database import open_database, writing
from stayline.bootstrap import Ports, build
from stayline.domain.audit_chain import AuditVerification
from stayline.domain.audit_events import AuditEventKind
from stayline.errors import StoreDamaged
from stayline.formats.audit_rows import event_row
from stayline.settings import Settings
from stayline.usecases.sign_checkpoint import sign_checkpoint
from stayline.usecases.verify_audit_log import verify_audit_log
from store_processes import an_event
from stores import HOUR, NOON, SetClock

FIRST, SECOND = 5, 12
"""Where the two checkpoints stand: five events, the event of the first one, six more."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ports(home: Path, clock: SetClock) -> Ports:
    """A log of 16 events, two of which tell of checkpoints."""
    ports = build(Settings(home=home), clock=clock)
    ports.audit.note([an_event(number) for number in range(5)])
    sign(ports)
    clock.instant += HOUR
    ports.audit.note([replace(an_event(number), at=clock.instant) for number in range(6)])
    sign(ports)
    ports.audit.note([replace(an_event(number), at=clock.instant) for number in range(3)])
    ports.audit.close()
    return ports


def sign(ports: Ports) -> None:
    sign_checkpoint(
        audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock, actor="ana"
    )


def verified(ports: Ports, **given: bytes) -> AuditVerification:
    return verify_audit_log(
        audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock, actor="ana", **given
    )


def tamper(home: Path, *statements: str) -> None:
    raw = sqlite3.connect(home / "state.db")
    with raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


def lines(home: Path) -> list[bytes]:
    return (home / "audit" / "checkpoints").read_bytes().splitlines(keepends=True)


def keep_lines(home: Path, *kept: bytes) -> None:
    (home / "audit" / "checkpoints").write_bytes(b"".join(kept))


def write_anew(home: Path, count: int) -> None:
    """Replace the whole chain by another one that is whole in itself."""
    tamper(home, "DELETE FROM audit_events")
    engine = open_database(home / "state.db", "state")
    with writing(engine) as connection:
        lengthen(connection, [event_row(replace(an_event(n), actor="eve")) for n in range(count)])
    engine.dispose()


def test_an_untouched_log_is_whole_and_says_how_far_it_is_anchored(ports: Ports) -> None:
    found = verified(ports)
    assert (found.is_whole, found.problems, found.notes) == (True, (), ())
    assert (found.count, found.checkpoints, found.anchored) == (16, 2, SECOND)


def test_a_look_is_an_event_itself(ports: Ports) -> None:
    found = verified(ports)
    (event,) = ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.AUDIT_LOG_VERIFIED
    assert event.details == {"events": 16, "problems": 0, "head": found.head}
    assert verified(ports).count == 17


def test_an_altered_event_is_named(ports: Ports, home: Path) -> None:
    tamper(home, "UPDATE audit_events SET actor = 'eve' WHERE position = 3")
    assert verified(ports).problems == (
        "audit event 3 was altered or does not follow the one before",
    )


def test_a_removed_event_is_named(ports: Ports, home: Path) -> None:
    tamper(home, "DELETE FROM audit_events WHERE position = 7")
    assert verified(ports).problems == ("audit event 7 is missing",)


@pytest.mark.parametrize("left", [11, 6, 0])
def test_a_removed_end_is_told(ports: Ports, home: Path, left: int) -> None:
    tamper(home, f"DELETE FROM audit_events WHERE position > {left}")  # noqa: S608  (written here)
    told = f"the newest {SECOND - left} audit events are missing"
    assert any(problem.startswith(told) for problem in verified(ports).problems)


def test_what_came_after_the_newest_checkpoint_can_be_cut_off_unseen(
    ports: Ports, home: Path
) -> None:
    tamper(home, "DELETE FROM audit_events WHERE position > 13")
    found = verified(ports)
    assert (found.is_whole, found.count, found.anchored) == (True, 13, SECOND)


def test_a_chain_written_anew_is_told_however_whole_it_is(ports: Ports, home: Path) -> None:
    write_anew(home, 16)
    assert ports.audit.problems() == []
    (problem,) = verified(ports).problems
    assert problem.startswith(f"audit event {FIRST} is not the one that was signed on 2026-03-01")


def test_a_chain_rewritten_after_a_checkpoint_is_told_to_be_whole_up_to_there(
    ports: Ports, home: Path
) -> None:
    engine = open_database(home / "state.db", "state")
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM audit_events WHERE position > 8")
        lengthen(connection, [event_row(replace(an_event(n), actor="eve")) for n in range(8)])
    engine.dispose()
    (problem,) = verified(ports).problems
    assert problem.startswith(f"audit event {SECOND} is not the one")
    assert problem.endswith(f"events after {FIRST} were replaced")


def test_a_forged_checkpoint_is_told(ports: Ports, home: Path, tmp_path: Path) -> None:
    write_anew(home, 16)
    forger = FileCheckpoints(tmp_path / "forged", tmp_path / "forgers-key")
    forger.sign(16, ports.audit.check().head, NOON)
    keep_lines(home, (tmp_path / "forged").read_bytes())
    (problem,) = verified(ports).problems
    assert problem == "the checkpoint in line 1 was signed with another key"


def test_a_removed_checkpoint_is_told_by_the_log(ports: Ports, home: Path) -> None:
    keep_lines(home, lines(home)[0])
    assert verified(ports).problems == (
        "the checkpoint that was signed on 2026-03-01 13:00:00 UTC is missing",
    )


def test_a_copy_shows_a_cut_that_took_its_checkpoint_along(ports: Ports, home: Path) -> None:
    copy = b"".join(lines(home))
    keep_lines(home, lines(home)[0])
    tamper(home, "DELETE FROM audit_events WHERE position > 8")
    assert verified(ports).is_whole
    found = verified(ports, copy=copy)
    assert found.problems == (
        f"the newest {SECOND - 9} audit events are missing: there were 12 on "
        "2026-03-01 13:00:00 UTC",
        "the checkpoint of 2026-03-01 13:00:00 UTC at event 12 is no longer kept here",
    )


def test_a_copy_and_its_key_show_that_everything_here_was_replaced(
    ports: Ports, home: Path
) -> None:
    copy, key = b"".join(lines(home)), ports.checkpoints.public_key()
    write_anew(home, 16)
    (home / "audit" / "checkpoints").unlink()
    (home / "secrets" / "audit-signing-key").unlink()
    sign(ports)
    assert verified(ports).is_whole
    assert not verified(ports, copy=copy).is_whole
    problems = verified(ports, copy=copy, public_key=key).problems
    assert "the checkpoint in line 1 was signed with another key" in problems
    assert any(problem.startswith("audit event 5 is not the one") for problem in problems)


def test_a_line_of_a_copy_is_enough(ports: Ports, home: Path) -> None:
    assert verified(ports, copy=lines(home)[1]).is_whole
    write_anew(home, 16)
    assert not verified(ports, copy=lines(home)[1]).is_whole


def test_a_clock_that_went_back_is_noted_and_breaks_nothing(ports: Ports, clock: SetClock) -> None:
    clock.instant -= 2 * HOUR
    sign(ports)
    found = verified(ports)
    assert found.is_whole
    assert found.reversals == 1
    assert "by up to 7200.000 s" in found.notes[0]
    assert "checkpoint at event 16 has a time before" in found.notes[1]


def test_a_log_without_checkpoints_says_so(tmp_path: Path) -> None:
    ports = build(Settings(home=tmp_path / "new"), clock=SetClock())
    assert verified(ports).notes == ()
    found = verified(ports)
    assert found.is_whole
    assert "no checkpoint yet" in found.notes[0]


def test_an_empty_log_can_be_signed(tmp_path: Path) -> None:
    ports = build(Settings(home=tmp_path / "new"), clock=SetClock())
    sign(ports)
    sign(ports)
    assert verified(ports).is_whole
    assert [one.position for one in ports.checkpoints.kept().checkpoints] == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET actor = 'eve' WHERE position = 3",
        "DELETE FROM audit_events WHERE position > 8",
        "DELETE FROM audit_events",
    ],
)
def test_a_broken_log_is_not_signed(ports: Ports, home: Path, change: str) -> None:
    tamper(home, change)
    before = lines(home)
    with pytest.raises(StoreDamaged, match="No checkpoint was signed"):
        sign(ports)
    assert lines(home) == before


def test_a_log_written_anew_is_not_signed(ports: Ports, home: Path) -> None:
    write_anew(home, 20)
    with pytest.raises(StoreDamaged, match="newest checkpoint"):
        sign(ports)
