"""Text as we have it, in PostgreSQL: it knows no NUL character, and gives it back all the same."""

from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader

_NUL = "\0"
_MARK = "\U000f0000"
"""A character that no standard gives a meaning; where a text has it all the same, it is doubled."""
_MARKED = {_NUL: f"{_MARK}0", _MARK: f"{_MARK}1"}
_ESCAPES = str.maketrans(_MARKED)
_MARK_BYTES = _MARK.encode()


class _ToPostgres(Dumper):
    def dump(self, obj: str) -> Buffer:
        if _NUL in obj or _MARK in obj:
            obj = obj.translate(_ESCAPES)
        return obj.encode()


class _FromPostgres(Loader):
    def load(self, data: Buffer) -> str:
        kept = bytes(data)
        text = kept.decode()
        if _MARK_BYTES in kept:
            for character, marked in _MARKED.items():
                text = text.replace(marked, character)
        return text


def keep_any_text(connection: Any) -> None:
    """Let a connection take and give back every text that there is."""
    connection.adapters.register_dumper(str, _ToPostgres)
    for kind in ("text", "varchar"):
        connection.adapters.register_loader(kind, _FromPostgres)
