"""Secrets from where references say, from the environment, or from files of their owner only."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stayline.adapters.embedded.access_keys import ACCESS_KEYS, AccessKeyFile
from stayline.adapters.embedded.alarm_channels import ALARM_CHANNELS, read_alarm_channels
from stayline.adapters.embedded.secret_values import SecretValues
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.adapters.embedded.token_key_ring import TOKEN_KEY, TokenKeyRing
from stayline.adapters.embedded.token_lock import changing, steady
from stayline.domain.access_keys import AccessKey
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import StoreUnavailable
from stayline.ports.secrets import AlarmChannels, SecretEntry
from stayline.ports.token_key_book import TokenKeyBook

__all__ = ["TOKEN_KEY", "FileSecrets"]

_OTHERS = (
    ("access_keys", ACCESS_KEYS, "access-keys.json"),
    ("alarm_channels", ALARM_CHANNELS, "alarm-channels"),
    ("checkpoint_key", "", ""),
    ("oidc_client_secret", "", ""),
)
"""Names, and the variables and files where they are unless a reference says otherwise."""


class FileSecrets:
    """Keeps secrets in a folder, mode 0600; a variable of the environment wins over the folder.

    A reference of ``policy``, which is read anew, wins over both. ``book`` says which token key
    stands; without one it is the first. ``shared`` are the locks of the gateways beside this one.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        policy: Callable[[], SecretsPolicy] = SecretsPolicy,
        book: TokenKeyBook | None = None,
        shared: SharedLocks | None = None,
    ) -> None:
        values = SecretValues(environment)
        self._folder = folder
        self._environment = environment
        self._policy = policy
        self._values = values
        self._book = book
        self._ring = TokenKeyRing(folder, environment, policy, values, book)
        self._access_keys = AccessKeyFile(folder, environment, lambda: self.secret("access_keys"))
        self._lock = folder / "token-key.lock"
        self._shared = shared

    def has_token_key(self) -> bool:
        """Return whether there is a token key already; makes none."""
        return self._ring.is_there()

    def token_key(self) -> bytes:
        """Return the token key that stands, made at the first call in a new home."""
        try:
            return self._ring.current()
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error

    def earlier_token_keys(self) -> Mapping[str, bytes]:
        """Return the replaced token keys that are not retired, by fingerprint."""
        keys = () if self._book is None else self._book.history()
        return {
            key.fingerprint: self._ring.needed(key.fingerprint) for key in keys if key.replaced_at
        }

    def kept_token_key(self, fingerprint: str) -> bytes | None:
        """Return the key of a fingerprint, None when it is not at hand."""
        return self._ring.find(fingerprint)

    def next_token_key(self) -> bytes:
        """Return the key to change to, made if none is referred to."""
        try:
            return self._ring.next()
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error

    def token_key_place(self, fingerprint: str) -> str | None:
        """Return where a token key is."""
        return self._ring.place(fingerprint)

    def remove_token_key(self, fingerprint: str) -> str | None:
        """Remove a replaced key; return where it is when only its owner can remove it there."""
        try:
            return self._ring.remove(fingerprint)
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error

    def steady_tokens(self) -> AbstractContextManager[None]:
        """Keep tokens as they are meanwhile."""
        return steady(self._lock, self._book, self._shared)

    def changing_tokens(self) -> AbstractContextManager[None]:
        """Change tokens while nobody needs them steady."""
        return changing(self._lock, self._shared)

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
        """Return where alarms are sent; read anew each time, since it is asked once a minute."""
        referred = self.secret("alarm_channels")
        return read_alarm_channels(self._folder, self._environment, referred)

    def secret(self, name: str) -> bytes | None:
        """Return the value that ``[secrets] name`` refers to, None when it is not set."""
        reference: str = getattr(self._policy(), name)
        return self._values.read(f"secrets.{name}", reference) if reference else None

    def other_secrets(self) -> list[SecretEntry]:
        """Return the secrets besides token keys that are there."""
        found, policy = [], self._policy()
        for name, variable, file in _OTHERS:
            reference: str = getattr(policy, name)
            path = self._folder / file
            title, since = name.replace("_", "-"), None
            if reference:
                where = reference
            elif variable in self._environment:
                where = f"env:{variable}"
            elif file and path.exists():
                where = f"file:{path}"
                since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            else:
                continue
            found.append(SecretEntry(title, "current", where, since=since))
        return found
