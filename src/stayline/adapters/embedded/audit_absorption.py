"""Move noted audit events from every process's journal into the chain, each exactly once."""

import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.line_file import opened
from stayline.errors import StoreUnavailable
from stayline.formats.audit_rows import EventRow

_CHUNK = 4 << 20
_OFFSETS = "SELECT name, absorbed FROM audit_journals"
_KEEP = "INSERT OR REPLACE INTO audit_journals (name, absorbed) VALUES (?, ?)"
_FORGET = "DELETE FROM audit_journals WHERE name = ?"
_LINE = msgspec.json.Decoder(list[EventRow])


def absorb(engine: sa.Engine, folder: Path) -> None:
    """Bring into the chain all that any process has noted before this call.

    Rows and the new place in each journal land in one transaction. A journal whose owner is gone is
    removed once it is absorbed, a torn last line with it: what it told of was never answered.
    """
    try:
        while _is_behind(engine, folder) and _absorb_some(engine, folder):
            pass
    except OSError as error:
        raise StoreUnavailable("The audit log", f"{error.strerror}.") from error


def unreadable_places(engine: sa.Engine, folder: Path) -> list[str]:
    """Return where absorption is stuck: at whole lines that are not of our form."""
    problems = []
    with reading(engine) as connection:
        offsets = _offsets(connection)
    for path in _journals(folder):
        with suppress(FileNotFoundError), opened(path) as file:
            start = offsets.get(path.name, 0)
            part = _part(file.descriptor, start)
            if not part.rows and b"\n" in part.rest:
                problems.append(f"audit journal {path.name} cannot be read at byte {start}")
    return problems


@dataclass(frozen=True, slots=True)
class _Part:
    """What a journal holds from some place on, up to a size that fits in memory."""

    rows: list[EventRow]
    taken: int
    rest: bytes
    is_all: bool


def _is_behind(engine: sa.Engine, folder: Path) -> bool:
    """Whether there is anything to absorb or to remove; asks without taking the write lock."""
    sizes: dict[str, int] = {}
    for path in _journals(folder):
        with suppress(FileNotFoundError), opened(path) as file:
            if file.is_abandoned:
                return True
            sizes[path.name] = os.fstat(file.descriptor).st_size
    if not sizes:
        return False
    with reading(engine) as connection:
        offsets = _offsets(connection)
    return any(size > offsets.get(name, 0) for name, size in sizes.items())


def _absorb_some(engine: sa.Engine, folder: Path) -> bool:
    """Absorb a part of each journal; return whether that got anywhere."""
    done: list[Path] = []
    rows: list[EventRow] = []
    with ExitStack() as held:
        with writing(engine) as connection:
            offsets = _offsets(connection)
            journals = _journals(folder)
            for path in journals:
                try:
                    file = held.enter_context(opened(path))
                except FileNotFoundError:
                    continue
                start = offsets.get(path.name, 0)
                part = _part(file.descriptor, start)
                rows += part.rows
                if part.taken:
                    connection.exec_driver_sql(_KEEP, (path.name, start + part.taken))
                if file.is_abandoned and part.is_all and b"\n" not in part.rest:
                    done.append(path)
            for name in offsets.keys() - {path.name for path in journals}:
                connection.exec_driver_sql(_FORGET, (name,))
            lengthen(connection, rows)
        if rows:
            _sync_log(engine)
        for path in done:
            path.unlink(missing_ok=True)
    return bool(rows or done)


def _sync_log(engine: sa.Engine) -> None:
    """Have the disk keep what was committed, so that a power cut cannot take it with its journal.

    SQLite itself leaves that to the next checkpoint. Its write-ahead file carries no locks, so that
    opening it beside SQLite drops none.
    """
    with suppress(FileNotFoundError):  # then a checkpoint came first
        log = os.open(f"{engine.url.database}-wal", os.O_RDONLY)
        try:
            os.fdatasync(log)
        finally:
            os.close(log)


def _part(descriptor: int, start: int) -> _Part:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, _CHUNK, start)
    if b"\n" not in content:
        content = os.pread(descriptor, max(size - start, 0), start)
    whole = content.rfind(b"\n") + 1
    rows, taken = _rows(content[:whole])
    return _Part(rows, taken, content[taken:], start + len(content) >= size)


def _rows(lines: bytes) -> tuple[list[EventRow], int]:
    """Return the events of whole lines up to the first that is none of ours, and their length."""
    try:
        return [row for batch in _LINE.decode_lines(lines) for row in batch], len(lines)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        rows: list[EventRow] = []
        taken = 0
        for line in lines.splitlines(keepends=True):
            try:
                rows += _LINE.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                break
            taken += len(line)
        return rows, taken


def _journals(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _offsets(connection: sa.Connection) -> Mapping[str, int]:
    return {row.name: row.absorbed for row in connection.exec_driver_sql(_OFFSETS)}
