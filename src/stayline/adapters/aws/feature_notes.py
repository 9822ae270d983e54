"""What a feature store notes of itself in DynamoDB: its schema, and how far its parts are."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table

_SCHEMA = "features#schema"
_APPLIED = "features#applied"
_ERASING = "features#erasing"
_PLACE = " "


class FeatureNotes:
    """Few items, read consistently in a few milliseconds: the schema is with every request."""

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._texts = Table(clients, table, str, "the feature store's notes")
        self._versions = Table(clients, table, int, "the feature store's notes")

    def schema_text(self) -> str | None:
        """Return the schema's text."""
        return self._texts.get(_SCHEMA, _PLACE)

    def keep_schema(self, text: str, *, over: str | None) -> bool:
        """Keep a text where that very one, or none, stands; return whether it was kept."""
        return self._texts.swap(over, Item(_SCHEMA, _PLACE, text))

    def applied_version(self, group: str) -> int:
        """Return the offline commit that the online store includes, -1 for none."""
        version = self._versions.get(_APPLIED, group)
        return -1 if version is None else version

    def note_version(self, group: str, version: int) -> None:
        """Note that the online store includes the commits up to this one."""
        self._versions.put(Item(_APPLIED, group, version))

    def begin_erasing(self, token: str) -> None:
        """Note whose erasure begins: whoever opens the store after a crash ends it."""
        self._texts.put(Item(_ERASING, token, token))

    def end_erasing(self, token: str) -> None:
        """Note that nothing is left."""
        self._texts.remove_all([(_ERASING, token)])

    def being_erased(self) -> list[str]:
        """Return whose erasure did not end, as far as is noted."""
        return [item.value for item in self._texts.query(_ERASING)]
