"""Whose turn it is to write facts, noted in DynamoDB."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.adapters.delta.writer_lease import Held

_NAME, _PLACE = "features#writer", " "


class DynamoTurn:
    """One item of the state table."""

    def __init__(self, clients: Clients) -> None:
        self._table = Table(clients, clients.resources.state_table, Held, "the writers' turn")

    def seen(self) -> Held | None:
        """Return what it says now."""
        return self._table.get(_NAME, _PLACE)

    def swap(self, before: Held | None, after: Held | None) -> bool:
        """Let it say something else, by a conditional write."""
        if after is not None:
            return self._table.swap(before, Item(_NAME, _PLACE, after))
        return self._table.write([Write(_NAME, _PLACE, if_value=before)])
