"""The waiver book in DynamoDB."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.domain.waivers import Waiver

_BOOK = "waiver"


class DynamoWaiverBook:
    """Keeps one item a waiver, in one partition by their ids: there are few."""

    CALLS = frozenset({"dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        self._table = Table(clients, clients.resources.state_table, Waiver, "the waiver book")

    def file(self, waiver: Waiver) -> None:
        """Keep a waiver."""
        self._table.put_new(Item(_BOOK, waiver.waiver_id, waiver))

    def waivers(self) -> list[Waiver]:
        """Return all waivers, oldest first."""
        kept = [item.value for item in self._table.query(_BOOK)]
        return sorted(kept, key=lambda waiver: (waiver.filed_at, waiver.waiver_id))

    def problems(self) -> list[str]:
        """Return nothing: DynamoDB checks what it keeps."""
        return []
