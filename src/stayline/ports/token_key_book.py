"""Which token key stands, and the one transaction in which that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.token_keys import TokenKey


@dataclass(frozen=True, slots=True)
class KeyTraces:
    """What still carries tokens of a replaced key, in numbers.

    ``opt_outs_alone`` are opt-outs of people whom no alias leads to: only the key can tell, at
    their next import, whose they are.
    """

    aliases: int
    audit_events: int
    opt_outs_alone: int


class TokenKeyBook(Protocol):
    """Keeps keys by fingerprint, and aliases: the tokens that people had under earlier keys."""

    def current(self) -> str | None:
        """Return the fingerprint of the key that stands; None where no key was ever rotated."""
        ...

    def history(self) -> Sequence[TokenKey]:
        """Return every key that is to come, stands, or is understood still; oldest first."""
        ...

    def begin(self, old: str, new: str, aliases: pl.DataFrame, *, at: datetime) -> None:
        """Note a key to come, and share everyone's opt-outs between both tokens.

        ``aliases``: ``alias``, ``token`` (to come) and ``fingerprint`` of the alias's key. Done
        again it adds what is missing. From now on opt-outs are kept under both tokens.
        """
        ...

    def switch(self, *, at: datetime) -> None:
        """Make the key to come the one that stands, and rename what is kept here with it.

        Decisions and register entries take the new tokens, imports the new fingerprint, all or
        nothing. `settle` renames scores, answers and outcomes.
        """
        ...

    def settle(self, *, at: datetime | None) -> None:
        """Rename what stands under old tokens still; with ``at`` the rotation is over."""
        ...

    def traces(self, fingerprint: str) -> KeyTraces:
        """Return what of a replaced key is left."""
        ...

    def retire(self, fingerprint: str) -> None:
        """Forget a replaced key, its aliases, and the opt-outs kept under these."""
        ...


class TokenRenaming(Protocol):
    """A store that follows a change of tokens afterwards: nobody is served from it."""

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` for everyone; all or nothing, safe to repeat."""
        ...
