"""The governance register in DynamoDB."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, get_args

import msgspec
import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.register_log import WHAT, RegisterLog
from stayline.adapters.aws.table import Table
from stayline.domain.register.words import WORDED, without_words
from stayline.ports.governance_register import Entry, Kind, Record


class DynamoGovernanceRegister:
    """Keeps a log for each kind of record, see `RegisterLog`; every read is of the latest.

    What is added at once lands in one transaction, however much that is, and only if nobody added
    of these kinds since they were read. A read goes through all of a kind, also for one subject:
    mostly one page, and some 30 for a notice given to each of 100,000 people.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.put_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._written = Table(clients, clients.resources.state_table, dict, WHAT)

    def add(self, entries: Sequence[Entry[Kind]]) -> None:
        """Keep entries, all or none; the very same entry again changes nothing."""
        by_kind: dict[type, list[Entry[Any]]] = {}
        for entry in dict.fromkeys(entries):
            by_kind.setdefault(type(entry.record), []).append(entry)
        logs: dict[type, RegisterLog[Any]] = {kind: self._log(kind) for kind in by_kind}
        while True:
            writes = {kind: logs[kind].writes(some) for kind, some in by_kind.items()}
            if self._written.write([one for some in writes.values() for one in some]):
                return
            for kind, some in writes.items():
                logs[kind].drop(some)

    def entries(self, kind: type[Kind], *, subject: str | None = None) -> list[Entry[Kind]]:
        """Return the newest entry of each id, in the order the ids were first seen."""
        newest: dict[str, Entry[Kind]] = {}
        for entry in self._log(kind).entries():
            if subject in (None, entry.record.subject):
                newest[entry.entry_id] = entry
        return list(newest.values())

    def history(self, kind: type[Kind], *, newest: int | None = None) -> list[Entry[Kind]]:
        """Return every entry ever kept of a kind, or the last so many; all are read."""
        found = self._log(kind).entries()
        return found if newest is None else found[max(len(found) - newest, 0) :]

    def forget_words(self, subjects: Collection[str]) -> None:
        """Write these people's entries anew, without words; killed halfway, the next one goes on.

        Words that stood there stay in the table's point-in-time backups for as long as those do.
        """
        theirs = frozenset(map(str, subjects))

        def forgotten(entry: Entry[Any]) -> Entry[Any]:
            if entry.record.subject not in theirs:
                return entry
            return replace(entry, record=without_words(entry.record))

        for kind in WORDED:
            self._log(kind).change(forgotten)

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` in every entry; killed halfway, the next goes on.

        The record says whom it is about, and may say so in other fields, too.
        """
        newer = dict(renames.select("alias", "token").iter_rows())

        def renamed(entry: Entry[Any]) -> Entry[Any]:
            token = newer.get(entry.record.subject)
            if token is None:
                return entry
            told = msgspec.json.encode(entry.record)
            told = told.replace(entry.record.subject.encode(), token.encode())
            return replace(entry, record=msgspec.json.decode(told, type=type(entry.record)))

        for kind in get_args(Record):
            self._log(kind).change(renamed)

    def problems(self) -> list[str]:
        """Return nothing: DynamoDB checks what it keeps."""
        return []

    def _log(self, kind: type[Kind]) -> RegisterLog[Kind]:
        return RegisterLog(self._clients, kind)
