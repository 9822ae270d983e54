"""Checkpoints as lines of JSON, each of which is signed and can be printed."""

import hashlib
from datetime import UTC, datetime

import msgspec

from stayline.domain.audit_chain import Checkpoint

_PURPOSE = b"stayline audit checkpoint 1\n"
"""Signed along, so that a signature of the same key on something else is none on a checkpoint."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    position: int
    link: str
    at: datetime
    before: str
    key: str
    signature: str = ""


_DECODER = msgspec.json.Decoder(_Line)


def signed_part(*, position: int, link: str, at: datetime, before: str, key: str) -> bytes:
    """Return the bytes that a checkpoint's signature is over."""
    return _PURPOSE + msgspec.json.encode(_Line(position, link, at.astimezone(UTC), before, key))


def part_signed_by(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that this one's signature must be over."""
    return signed_part(
        position=checkpoint.position,
        link=checkpoint.link,
        at=checkpoint.at,
        before=checkpoint.before,
        key=checkpoint.key,
    )


def written(
    *, position: int, link: str, at: datetime, before: str, key: str, signature: str
) -> bytes:
    """Return a checkpoint's line without its end."""
    return msgspec.json.encode(_Line(position, link, at.astimezone(UTC), before, key, signature))


def parse_checkpoint(line: bytes) -> Checkpoint:
    """Return the checkpoint of a line; raises ValueError for what is none.

    >>> parse_checkpoint(b"{}")
    Traceback (most recent call last):
    ...
    ValueError: no checkpoint
    """
    try:
        found = _DECODER.decode(line)
        at = found.at.astimezone(UTC)
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError):
        raise ValueError("no checkpoint") from None
    if found.at.tzinfo is None or found.position < 0:
        raise ValueError("no checkpoint")
    return Checkpoint(
        found.position,
        found.link,
        at,
        found.before,
        found.key,
        found.signature,
        hashlib.sha256(line).hexdigest(),
    )
