"""Secrets by name; a value is never logged, printed or put in a message."""

from typing import Protocol


class Secrets(Protocol):
    """Hands out secrets by name."""

    def has_token_key(self) -> bool:
        """Return whether there is a token key already."""
        ...

    def token_key(self) -> bytes:
        """Return the key that turns HR ids into tokens, at least 32 bytes.

        The first call in a new home makes one. Losing it means that no person can be found again.
        """
        ...
