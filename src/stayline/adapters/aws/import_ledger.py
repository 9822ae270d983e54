"""The import ledger in DynamoDB."""

from dataclasses import replace
from datetime import datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_time
from stayline.adapters.aws.table import Item, Table
from stayline.ports.import_ledger import ImportRecord

LEDGER = "import"
"""The partition of all imports, by file, schema and event time."""
_UNDATED = "undated"


class DynamoImportLedger:
    """Keeps one item per file, schema and event time, in one partition: there are few a day.

    A start is kept where there is none, an end in place of what was read just now; so of two who
    import the same at once, both find one record.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._table = Table(clients, table, ImportRecord, "the import ledger")

    def find(
        self, file_digest: str, schema_digest: str, event_time: datetime | None = None
    ) -> ImportRecord | None:
        """Return the record of that import; without an event time, an unfinished or the newest.

        The newest is the one that started last.
        """
        if event_time is not None:
            return self._table.get(LEDGER, _place(file_digest, schema_digest, event_time))
        prefix = _prefix(file_digest, schema_digest)
        kept = [item.value for item in self._table.query(LEDGER, first=prefix, last=f"{prefix}~")]
        return max(kept, key=lambda one: (one.completed_at is None, one.started_at), default=None)

    def start(self, record: ImportRecord) -> None:
        """Write down that an import begins."""
        self._table.put_new(_item(record))

    def complete(self, record: ImportRecord, *, at: datetime, rows: int, rejected: int) -> None:
        """Write down that the import is finished."""
        while (before := self._table.get(LEDGER, _item(record).place)) is not None:
            done = replace(before, completed_at=at, rows=rows, rejected=rejected)
            if self._table.swap(before, _item(done)):
                return

    def follow_key(self, old: str, new: str) -> None:
        """Put the fingerprint ``new`` in the place of ``old`` in every record; safe to repeat."""
        for record in self.records():
            before: ImportRecord | None = record
            while before is not None and before.key_fingerprint == old:
                if self._table.swap(before, _item(replace(before, key_fingerprint=new))):
                    break
                before = self._table.get(LEDGER, _item(record).place)

    def records(self) -> list[ImportRecord]:
        """Return all imports, oldest first."""
        kept = [item.value for item in self._table.query(LEDGER)]
        return sorted(kept, key=lambda record: record.started_at)


def _prefix(file_digest: str, schema_digest: str) -> str:
    return f"{file_digest}#{schema_digest}#"


def _place(file_digest: str, schema_digest: str, event_time: datetime | None) -> str:
    told = _UNDATED if event_time is None else by_time(event_time)
    return _prefix(file_digest, schema_digest) + told


def _item(record: ImportRecord) -> Item[ImportRecord]:
    place = _place(record.file_digest, record.schema_digest, record.event_time)
    return Item(LEDGER, place, record)
