"""Secrets from the environment or from files only their owner can read."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from stayline.adapters.embedded.access_keys import AccessKeyFile
from stayline.adapters.embedded.alarm_channels import read_alarm_channels
from stayline.domain.access_keys import AccessKey
from stayline.domain.pseudonyms import MINIMUM_KEY_BYTES
from stayline.errors import SettingRefused, StoreUnavailable
from stayline.ports.secrets import AlarmChannels

TOKEN_KEY = "STAYLINE_TOKEN_KEY"  # noqa: S105  (the name of a variable, not its value)


class FileSecrets:
    """Keeps secrets in a folder, mode 0600; a variable of the environment wins."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._key_file = folder / "token-key"
        self._environment = environment
        self._access_keys = AccessKeyFile(folder, environment)

    def has_token_key(self) -> bool:
        """Return whether there is a token key already; makes none."""
        return TOKEN_KEY in self._environment or self._key_file.exists()

    def token_key(self) -> bytes:
        """Return the token key, made at the first call in a new home."""
        given = self._environment.get(TOKEN_KEY)
        if given is not None:
            return _key(given.encode("utf-8", "surrogateescape"), f"variable {TOKEN_KEY}")
        path = self._key_file
        try:
            if not path.exists():
                _create(path)
            if path.stat().st_mode & 0o077:
                raise SettingRefused(
                    str(path), "readable by others", "mode 0600 (run `chmod 600` on it)"
                )
            return _key(path.read_bytes(), str(path))
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error

    def access_keys(self) -> Mapping[str, AccessKey]:
        """Return the keys that may sign requests, by id."""
        return self._access_keys.keys()

    def create_access_key(self, name: str) -> AccessKey:
        """Make a key for a calling program."""
        return self._access_keys.create(name)

    def revoke_access_key(self, key_id: str) -> AccessKey:
        """Remove a key and return it."""
        return self._access_keys.revoke(key_id)

    def alarm_channels(self) -> AlarmChannels:
        """Return where alarms are sent; read anew each time, since it is asked once a minute."""
        return read_alarm_channels(self._folder, self._environment)


def _create(path: Path) -> None:
    """Write a new key whole, then name it; of two processes at once the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(MINIMUM_KEY_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _key(text: bytes, where: str) -> bytes:
    """Return the key of its hexadecimal digits, or the text itself when it is something else."""
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = text.strip()
    if len(key) < MINIMUM_KEY_BYTES:
        raise SettingRefused(
            where, f"{len(key)} bytes long", f"a secret of at least {MINIMUM_KEY_BYTES} bytes"
        )
    return key
