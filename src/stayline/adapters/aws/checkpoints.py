"""Checkpoints as objects in S3, signed with a key in Secrets Manager."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.objects.bucket import Bucket
from stayline.domain.audit_chain import Checkpoint, CheckpointList
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.checkpoint_lines import parse_checkpoint
from stayline.formats.checkpoint_signatures import (
    checked,
    line_of,
    new_signing_key,
    public_text,
    read_private,
    read_public,
    signed_line,
    unchecked,
    whole_lines,
)

SIGNING_KEY = "audit-signing-key"
PREFIX = "audit/checkpoints/"
_STORE = "the list of checkpoints"
_TRIES = 20


class S3Checkpoints:
    """Keeps one object a checkpoint, numbered, that is never put in place of another.

    Of two who sign at once one gets the number, and the other signs anew behind it. The key is read
    once a process.
    """

    CALLS = frozenset(
        {
            "s3.get_object",
            "s3.list_objects_v2",
            "s3.put_object",
            "secretsmanager.create_secret",
            "secretsmanager.get_secret_value",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._bucket = Bucket(clients, clients.resources.data_bucket, _STORE)
        self._secrets = StackSecrets(clients)
        self._known: Ed25519PrivateKey | None = None

    def sign(self, position: int, link: str, at: datetime) -> Checkpoint:
        """Add a checkpoint behind the newest, whoever else signs; kept before it is told of."""
        key = self._key()
        for _ in range(_TRIES):
            newest = max(self._bucket.keys(PREFIX), default=None)
            number = 1 if newest is None else _number(newest) + 1
            before = None if newest is None else self._bucket.get(newest)
            try:
                line = signed_line(key, before, position=position, link=link, at=at)
            except ValueError:
                raise StoreDamaged(_STORE, "its newest one is no checkpoint.") from None
            if self._bucket.put_new(f"{PREFIX}{number:012d}.json", line):
                return parse_checkpoint(line)
        raise StoreUnavailable(_STORE, "too many sign at once.")

    def kept(self, public_key: bytes | None = None) -> CheckpointList:
        """Return all that are kept, one read each."""
        found = (self._bucket.get(key) for key in self._bucket.keys(PREFIX))
        return self._checked([line for line in found if line is not None], public_key)

    def read(self, text: bytes, public_key: bytes | None = None) -> CheckpointList:
        """Check a copy."""
        return self._checked(whole_lines(text), public_key)

    def public_key(self) -> bytes:
        """Return the public key in PEM."""
        return public_text(self._key().public_key())

    def written(self, checkpoint: Checkpoint) -> str:
        """Return the line of a checkpoint, which is its object, too."""
        return line_of(checkpoint)

    def _checked(self, lines: Sequence[bytes], public_key: bytes | None) -> CheckpointList:
        if public_key is not None:
            return checked(lines, read_public(public_key))
        if self._known is None and self._secrets.read(SIGNING_KEY) is None:
            return unchecked(lines)
        return checked(lines, self._key().public_key())

    def _key(self) -> Ed25519PrivateKey:
        if self._known is None:
            text = self._secrets.made(SIGNING_KEY, new_signing_key)
            self._known = read_private(text, self._secrets.place(SIGNING_KEY))
        return self._known


def _number(key: str) -> int:
    try:
        return int(key.removeprefix(PREFIX).removesuffix(".json"))
    except ValueError:
        raise StoreDamaged(_STORE, f"{key!r} is no checkpoint.") from None
