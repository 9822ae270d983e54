"""Move noted audit events from every process's journal into the chain, each exactly once."""

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.database import reading, sync, writing
from stayline.adapters.embedded.line_file import opened
from stayline.adapters.embedded.shared_locks import is_shared_by_gateways
from stayline.errors import StoreUnavailable
from stayline.formats.audit_rows import EventRow

_CHUNK = 4 << 20
_OFFSETS = "SELECT name, absorbed FROM audit_journals"
_KEEP = (
    "INSERT INTO audit_journals (name, absorbed) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET absorbed = excluded.absorbed"
)
_FORGET = "DELETE FROM audit_journals WHERE name = ?"
_LINE = msgspec.json.Decoder(list[EventRow])


def absorb(engine: sa.Engine, folder: Path) -> None:
    """Bring into the chain all that any process has noted before this call.

    Rows and the new place in each journal land in one transaction. A journal whose owner is gone is
    removed once it is absorbed, a torn last line with it: what it told of was never answered. Only
    then is its place forgotten.
    """
    try:
        journals = _Journals(engine, folder)
        while _is_behind(engine, journals) and _absorb_some(engine, journals):
            pass
    except OSError as error:
        raise StoreUnavailable("The audit log", f"{error.strerror}.") from error


def unreadable_places(engine: sa.Engine, folder: Path) -> list[str]:
    """Return where absorption is stuck: at whole lines that are not of our form."""
    problems = []
    journals = _Journals(engine, folder)
    with reading(engine) as connection:
        offsets = _offsets(connection)
    for path in journals.paths():
        with suppress(FileNotFoundError), opened(path) as file:
            start = offsets.get(journals.name(path), 0)
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


class _Journals:
    """The journals of a home, and what the database calls them.

    Where gateways share the database each home has a name of its own there, since files of two
    homes may have the same.
    """

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self._folder = folder
        self._home = f"{_home_name(folder)}/" if is_shared_by_gateways(engine) else ""

    def paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def name(self, path: Path) -> str:
        return f"{self._home}{path.name}"


def _home_name(folder: Path) -> str:
    """Return the name that the home was given when it first had anything to absorb."""
    path = folder / "home-name"
    while True:
        with suppress(FileNotFoundError):
            return path.read_text("ascii")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{secrets.token_hex(8)}"
        draft.write_text(secrets.token_hex(8), "ascii")
        with suppress(FileExistsError):  # of two that come at once, one names it
            path.hardlink_to(draft)
        draft.unlink()


def _is_behind(engine: sa.Engine, journals: _Journals) -> bool:
    """Whether there is anything to absorb or to remove; asks without taking the write lock."""
    sizes: dict[str, int] = {}
    for path in journals.paths():
        with suppress(FileNotFoundError), opened(path) as file:
            if file.is_abandoned:
                return True
            sizes[journals.name(path)] = os.fstat(file.descriptor).st_size
    if not sizes:
        return False
    with reading(engine) as connection:
        offsets = _offsets(connection)
    return any(size > offsets.get(name, 0) for name, size in sizes.items())


def _absorb_some(engine: sa.Engine, journals: _Journals) -> bool:
    """Absorb a part of each journal; return whether that got anywhere."""
    done: list[Path] = []
    rows: list[EventRow] = []
    with ExitStack() as held:
        with writing(engine) as connection:
            offsets = _offsets(connection)
            for path in journals.paths():
                try:
                    file = held.enter_context(opened(path))
                except FileNotFoundError:
                    continue
                name = journals.name(path)
                start = offsets.get(name, 0)
                part = _part(file.descriptor, start)
                rows += part.rows
                if part.taken:
                    connection.exec_driver_sql(_KEEP, (name, start + part.taken))
                if file.is_abandoned and part.is_all and b"\n" not in part.rest:
                    done.append(path)
            lengthen(connection, rows)
        if rows:
            sync(engine)
        for path in done:
            path.unlink(missing_ok=True)
    if done:
        with writing(engine) as connection:
            for path in done:
                connection.exec_driver_sql(_FORGET, (journals.name(path),))
    return bool(rows or done)


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


def _offsets(connection: sa.Connection) -> Mapping[str, int]:
    return {row.name: row.absorbed for row in connection.exec_driver_sql(_OFFSETS)}
