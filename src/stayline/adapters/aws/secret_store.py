"""The secrets of a stack in AWS Secrets Manager, under names that the stack's own name begins."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from stayline.adapters.aws.access_keys import ACCESS_KEYS, StackAccessKeys
from stayline.adapters.aws.checkpoints import SIGNING_KEY
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.aws.token_keys import StackTokenKeys
from stayline.adapters.aws.token_lease import TokenLease
from stayline.domain.access_keys import AccessKey
from stayline.formats.alarm_channel_lines import parse_alarm_channels
from stayline.ports.clock import Clock
from stayline.ports.secrets import AlarmChannels, SecretEntry
from stayline.ports.token_key_book import TokenKeyBook

ALARM_CHANNELS = "alarm-channels"
_OTHERS = {ACCESS_KEYS: ACCESS_KEYS, ALARM_CHANNELS: ALARM_CHANNELS, "checkpoint-key": SIGNING_KEY}
"""What they are called in Stayline, and their short names in the stack."""


class SecretsManagerSecrets:
    """Keeps each secret under ``<stack>/<name>``; nothing is referred to from elsewhere.

    Token keys are read once a process and access keys once a change; alarm channels at each
    evaluation, which is 22 cents in a month of one a minute.
    """

    CALLS = frozenset(
        {
            "dynamodb.get_item",
            "dynamodb.put_item",
            "dynamodb.transact_write_items",
            "secretsmanager.create_secret",
            "secretsmanager.delete_secret",
            "secretsmanager.describe_secret",
            "secretsmanager.get_secret_value",
            "secretsmanager.put_secret_value",
        }
    )

    def __init__(self, clients: Clients, *, book: TokenKeyBook, clock: Clock) -> None:
        self._secrets = StackSecrets(clients)
        self._book = book
        self._token_keys = StackTokenKeys(clients, self._secrets, book)
        self._access_keys = StackAccessKeys(clients, self._secrets)
        self._lease = TokenLease(clients, book, clock)

    def has_token_key(self) -> bool:
        """Return whether there is a token key already; makes none."""
        return self._token_keys.is_there()

    def token_key(self) -> bytes:
        """Return the token key that stands, made at the first call; asks the book, one item."""
        return self._token_keys.current()

    def earlier_token_keys(self) -> Mapping[str, bytes]:
        """Return the replaced token keys that are not retired, by fingerprint."""
        return {
            key.fingerprint: self._token_keys.needed(key.fingerprint)
            for key in self._book.history()
            if key.replaced_at
        }

    def kept_token_key(self, fingerprint: str) -> bytes | None:
        """Return the key of a fingerprint, None when it is not at hand."""
        return self._token_keys.find(fingerprint)

    def next_token_key(self) -> bytes:
        """Return the key to change to, made in a secret of its own."""
        return self._token_keys.next()

    def token_key_place(self, fingerprint: str) -> str | None:
        """Return where a token key is."""
        return self._token_keys.place(fingerprint)

    def remove_token_key(self, fingerprint: str) -> str | None:
        """Remove a replaced key for good, at once; every one is ours to remove."""
        self._token_keys.remove(fingerprint)
        return None

    def steady_tokens(self) -> AbstractContextManager[None]:
        """Keep tokens as they are meanwhile."""
        return self._lease.steady()

    def changing_tokens(self) -> AbstractContextManager[None]:
        """Change tokens while nobody needs them steady."""
        return self._lease.changing()

    def access_keys(self) -> Mapping[str, AccessKey]:
        """Return the keys that may sign requests, by id."""
        return self._access_keys.keys()

    def create_access_key(self, name: str) -> AccessKey:
        """Make a key for a calling program."""
        return self._access_keys.create(name)

    def rotate_access_key(
        self, key_id: str, *, at: datetime, overlap: timedelta
    ) -> tuple[AccessKey, AccessKey]:
        """Return a key, taken until its overlap ends, and its successor."""
        return self._access_keys.rotate(key_id, at=at, overlap=overlap)

    def revoke_access_key(self, key_id: str) -> AccessKey:
        """Remove a key and return it."""
        return self._access_keys.revoke(key_id)

    def alarm_channels(self) -> AlarmChannels:
        """Return where alarms are sent; read anew each time."""
        text = self._secrets.read(ALARM_CHANNELS)
        if text is None:
            return AlarmChannels({})
        where = self._secrets.place(ALARM_CHANNELS)
        return AlarmChannels(*parse_alarm_channels(text.decode("utf-8", "replace"), where))

    def secret(self, name: str) -> bytes | None:
        """Return the value of the secret of that name, None when there is none."""
        title = name.replace("_", "-")
        return self._secrets.read(_OTHERS.get(title, title))

    def other_secrets(self) -> list[SecretEntry]:
        """Return the secrets besides token keys that are there."""
        found = ((title, name, self._secrets.since(name)) for title, name in _OTHERS.items())
        return [
            SecretEntry(title, "current", self._secrets.place(name), since=since)
            for title, name, since in found
            if since is not None
        ]
