"""The API keys in DynamoDB."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.domain.api_keys import ApiKey
from stayline.domain.roles import Role
from stayline.errors import StoreUnavailable, UnknownApiKey

_BOOK = "api-key"
_WHAT = "the book of API keys"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A key as it is written down: its roles in order, so that equal keys are equal text."""

    key_id: str
    name: str
    roles: tuple[Role, ...]
    digest: str = field(repr=False)
    created_at: datetime
    created_by: str
    valid_until: datetime | None = None
    last_used_on: date | None = None

    def as_key(self) -> ApiKey:
        return ApiKey(
            self.key_id,
            self.name,
            frozenset(self.roles),
            self.digest,
            self.created_at,
            self.created_by,
            self.valid_until,
            self.last_used_on,
        )


class DynamoApiKeyBook:
    """Keeps one item a key, in one partition by their ids: there are few.

    A key changes only from what was read just now, so no note of its use undoes its end. Every read
    is of the latest; to find a key takes one read of one item.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        self._table = Table(clients, clients.resources.state_table, _Kept, _WHAT)

    def add(self, key: ApiKey) -> None:
        """Keep a new key; raises `StoreUnavailable` where its id is taken, and changes nothing."""
        roles = tuple(sorted(key.roles))
        kept = _Kept(key.key_id, key.name, roles, key.digest, key.created_at, key.created_by,
                     key.valid_until, key.last_used_on)  # fmt: skip
        if not self._table.put_new(_item(kept)):
            raise StoreUnavailable(_WHAT, "it has a key of that id already.")

    def find(self, key_id: str) -> ApiKey | None:
        """Return a key."""
        kept = self._table.get(_BOOK, key_id)
        return None if kept is None else kept.as_key()

    def keys(self) -> list[ApiKey]:
        """Return every key ever made."""
        kept = [item.value.as_key() for item in self._table.query(_BOOK)]
        return sorted(kept, key=lambda key: (key.created_at, key.key_id))

    def end(self, key_id: str, *, at: datetime) -> ApiKey:
        """Let a key hold until then at the longest."""
        while (kept := self._table.get(_BOOK, key_id)) is not None:
            if kept.valid_until is not None and kept.valid_until <= at:
                return kept.as_key()
            ended = replace(kept, valid_until=at)
            if self._table.swap(kept, _item(ended)):
                return ended.as_key()
        raise UnknownApiKey(key_id)

    def note_use(self, key_id: str, on: date) -> None:
        """Note the last day of use, unless the key changes in that moment."""
        kept = self._table.get(_BOOK, key_id)
        if kept is not None and kept.last_used_on != on:
            self._table.swap(kept, _item(replace(kept, last_used_on=on)))


def _item(kept: _Kept) -> Item[_Kept]:
    return Item(_BOOK, kept.key_id, kept)
