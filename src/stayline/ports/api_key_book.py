"""The API keys of programs, by their digests."""

from datetime import date, datetime
from typing import Protocol

from stayline.domain.api_keys import ApiKey


class ApiKeyBook(Protocol):
    """Keeps keys; a change in any process holds in all of them at once."""

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    def find(self, key_id: str) -> ApiKey | None:
        """Return a key; cheap enough to ask for with every request."""
        ...

    def keys(self) -> list[ApiKey]:
        """Return every key ever made, oldest first, ended ones too."""
        ...

    def end(self, key_id: str, *, at: datetime) -> ApiKey:
        """Let a key hold until then at the longest, and return it so.

        A key that ends earlier by itself stays as it is. Raises `UnknownApiKey`.
        """
        ...

    def note_use(self, key_id: str, on: date) -> None:
        """Note the last day of use; given up where others write, since the next use notes it."""
        ...
