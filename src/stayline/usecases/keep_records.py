"""Put what an organisation states on its register: one record, or very many at once."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import msgspec

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import RegisterEntryRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister, Record

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class KeptRecords:
    """How many were put on record and how many stood there already; ``ids`` of the new ones."""

    kind: str
    new: int
    unchanged: int
    ids: tuple[str, ...]


def keep_records(
    records: Sequence[Record],
    *,
    kind: type[Record],
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    entry_id: str | None = None,
) -> KeptRecords:
    """Return what was kept, all or none; a record that stands there already is not kept again.

    All are of ``kind``. An entry is named by a digest of what it says, so that a file read twice
    changes nothing; ``entry_id`` names one record that replaces the entry of that id. The audit
    event holds how many there were and a digest of all, no content.
    """
    now = clock.now()
    named = {entry_id or _digest(kind, record): record for record in records}
    standing = {entry.entry_id: entry.record for entry in register.entries(kind)}
    news = {name: record for name, record in named.items() if standing.get(name) != record}
    if news:
        register.add([Entry(name, record, now, actor) for name, record in news.items()])
        ids = hashlib.sha256("\n".join(news).encode()).hexdigest()
        details: dict[str, str | int | float | bool | None] = {
            "record": kind.__name__,
            "entries": len(news),
            "ids_digest": ids,
        }
        subject = next(iter(news)) if len(news) == 1 else kind.__name__
        added = AuditEventKind.REGISTER_ENTRY_ADDED
        audit.append(AuditEvent(added, actor, subject, now, details))
    return KeptRecords(kind.__name__, len(news), len(records) - len(news), tuple(news))


def record_kinds() -> dict[str, type[Record]]:
    """Return every kind of record by the name it is called by, e.g. ``notice-given``.

    >>> sorted(record_kinds())[:4]
    ['deferred-erasure', 'document', 'erasure', 'feature-purpose']
    """
    return {name_of(kind): kind for kind in get_args(Record)}


def name_of(kind: type[Record]) -> str:
    """Return what a kind of record is called."""
    return _dashed(kind.__name__)


def kind_named(name: str) -> type[Record]:
    """Return the kind of that name, also as ``NoticeGiven``; raises `RegisterEntryRefused`."""
    kinds = record_kinds()
    found = kinds.get(_dashed(name))
    if found is None:
        raise RegisterEntryRefused(name, [f"there is no such kind; there are {', '.join(kinds)}"])
    return found


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower().replace("_", "-")


def _digest(kind: type[Record], record: Record) -> str:
    return hashlib.sha256(kind.__name__.encode() + _encode(record)).hexdigest()[:32]
