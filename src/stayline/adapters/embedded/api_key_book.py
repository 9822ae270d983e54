"""The API keys in SQLite."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.identity_tables import api_keys
from stayline.adapters.embedded.last_known import LastKnown
from stayline.adapters.embedded.quick_access import quick_row, quick_write
from stayline.domain.api_keys import ApiKey
from stayline.domain.roles import Role
from stayline.errors import DatabaseAway, StoreDamaged, UnknownApiKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIND = (
    "SELECT key_id, name, roles, digest, created_at, created_by, valid_until, last_used_on "
    "FROM api_keys WHERE key_id = ?"
)
_NOTE = "UPDATE api_keys SET last_used_on = ? WHERE key_id = ?"
_PATIENCE_MS = 1


class SqliteApiKeyBook:
    """Keeps one row a key, and in memory the keys that were shown, for while the server is away."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._shown: LastKnown[str, ApiKey | None] = LastKnown()

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        row = {
            "key_id": key.key_id,
            "name": key.name,
            "roles": " ".join(sorted(key.roles)),
            "digest": key.digest,
            "created_at": key.created_at,
            "created_by": key.created_by,
            "valid_until": key.valid_until,
            "last_used_on": None,
        }
        with writing(self._engine) as connection:
            connection.execute(sa.insert(api_keys).values(row))

    def find(self, key_id: str) -> ApiKey | None:
        """Return a key."""
        return self._shown.asked(key_id, lambda: self._found(key_id))

    def keys(self) -> list[ApiKey]:
        """Return every key ever made."""
        query = sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)
        with reading(self._engine) as connection:
            return [_key(row) for row in connection.execute(query).all()]

    def end(self, key_id: str, *, at: datetime) -> ApiKey:
        """Let a key hold until then at the longest."""
        until = api_keys.c.valid_until
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(api_keys)
                .where(api_keys.c.key_id == key_id, sa.or_(until.is_(None), until > at))
                .values(valid_until=at)
            )
        ended = self.find(key_id)
        if ended is None:
            raise UnknownApiKey(key_id)
        return ended

    def note_use(self, key_id: str, on: date) -> None:
        """Note the last day of use; while the server is away the next use is noted."""
        with suppress(DatabaseAway):
            quick_write(self._engine, _NOTE, [(on.isoformat(), key_id)], patience_ms=_PATIENCE_MS)

    def _found(self, key_id: str) -> ApiKey | None:
        row = quick_row(self._engine, _FIND, (key_id,))
        if row is None:
            return None
        until = None if row[6] is None else _instant(row[6])
        key = _key((*row[:4], _instant(row[4]), row[5], until, row[7]))
        self._shown.keep(key_id, key)
        return key


def _instant(kept: int) -> datetime:
    return _EPOCH + timedelta(microseconds=kept)


def _key(row: Any) -> ApiKey:
    key_id, name, roles, digest, made, by, until, used = row
    try:
        held = frozenset(Role(role) for role in roles.split())
        day = None if used is None else date.fromisoformat(used)
    except ValueError as error:
        raise StoreDamaged("The book of API keys", "it holds a key of no known form.") from error
    return ApiKey(key_id, name, held, digest, made, by, until, day)
