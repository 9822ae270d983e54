"""Access keys in one secret, and a mark that says which version of it stands."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.aws.table import Item, Table
from stayline.domain.access_keys import (
    AccessKey,
    known_access_key,
    new_access_key,
    replaced_access_key,
)
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.access_key_records import access_keys_text, given_access_keys

ACCESS_KEYS = "access-keys"
LOOK_AGAIN_S = 1.0
"""How long the mark is taken to be as it was when it was last looked at."""
_STORE = "the access keys"
_ALONE, _TRIES = " ", 20

Keys = Mapping[str, AccessKey]
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class _Read:
    keys: Keys
    version: str | None
    looked_at: float


class StackAccessKeys:
    """Keeps all keys as one value, of which a mark in the state table names the version.

    Secrets Manager has no conditional write, so a change is a new version that counts once the mark
    has moved to it, from the very version it was made of: of two at once one is made anew. A
    version never changes. So what is paid is a read of the mark a second at most (in a busy month
    33 cents a process), and a read of the secret a change.
    """

    def __init__(self, clients: Clients, secrets: StackSecrets) -> None:
        self._secrets = secrets
        self._marks = Table(clients, clients.resources.state_table, str, _STORE)
        self._last: _Read | None = None

    def keys(self) -> Keys:
        """Return the keys by id; without a mark, those that somebody put into the secret."""
        now, last = time.monotonic(), self._last
        if last is not None and now - last.looked_at < LOOK_AGAIN_S:
            return last.keys
        version = self._version()
        is_known = last is not None and version is not None and last.version == version
        keys = last.keys if last is not None and is_known else self._read(version)
        self._last = _Read(keys, version, now)
        return keys

    def create(self, name: str) -> AccessKey:
        """Make a key for a calling program."""
        key = new_access_key(name)
        return self._changed(lambda keys: ({**keys, key.key_id: key}, key))

    def rotate(
        self, key_id: str, *, at: datetime, overlap: timedelta
    ) -> tuple[AccessKey, AccessKey]:
        """Make a key like this one, and let this one end; both or neither."""

        def change(keys: Keys) -> tuple[Keys, tuple[AccessKey, AccessKey]]:
            old, new = replaced_access_key(keys, key_id, at=at, overlap=overlap)
            return {**keys, old.key_id: old, new.key_id: new}, (old, new)

        return self._changed(change)

    def revoke(self, key_id: str) -> AccessKey:
        """Remove a key."""

        def change(keys: Keys) -> tuple[Keys, AccessKey]:
            gone = known_access_key(keys, key_id)
            return {other: key for other, key in keys.items() if other != key_id}, gone

        return self._changed(change)

    def _changed(self, change: Callable[[Keys], tuple[Keys, Told]]) -> Told:
        for _ in range(_TRIES):
            before, version = self._version(), str(uuid4())
            keys, told = change(self._read(before))
            self._secrets.put(ACCESS_KEYS, access_keys_text(keys.values()), version=version)
            if self._marks.swap(before, Item(ACCESS_KEYS, _ALONE, version)):
                self._last = None
                return told
        raise StoreUnavailable(_STORE, "too many change them at once.")

    def _version(self) -> str | None:
        return self._marks.get(ACCESS_KEYS, _ALONE)

    def _read(self, version: str | None) -> Keys:
        text = self._secrets.read(ACCESS_KEYS, version)
        if text is not None:
            return given_access_keys(text, self._secrets.place(ACCESS_KEYS))
        if version is None:
            return {}
        raise StoreDamaged(_STORE, "their secret was removed or replaced. Make new keys.")
