"""Signed heads of the audit log, kept apart from it."""

from datetime import datetime
from typing import Protocol

from stayline.domain.audit_chain import Checkpoint, CheckpointList


class Checkpoints(Protocol):
    """Signs heads of the chain, and keeps them so that one can only be added."""

    def sign(self, position: int, link: str, at: datetime) -> Checkpoint:
        """Sign a head, name the checkpoint before in it, and keep it on disk before returning.

        The first call in a new home makes the key. Raises `StoreUnavailable`, and `StoreDamaged`
        where the newest checkpoint cannot be read.
        """
        ...

    def kept(self, public_key: bytes | None = None) -> CheckpointList:
        """Return all that are kept here, checked with that key in PEM, or with our own.

        A torn last line was never told of and is left out. Raises `SettingRefused` for what is no
        key.
        """
        ...

    def read(self, text: bytes, public_key: bytes | None = None) -> CheckpointList:
        """Return the checkpoints of a copy kept elsewhere, checked in the same way."""
        ...

    def public_key(self) -> bytes:
        """Return the key that checks the signatures, in PEM; the first call makes the pair."""
        ...

    def written(self, checkpoint: Checkpoint) -> str:
        """Return a checkpoint as it is kept, in one line, to be anchored elsewhere."""
        ...
