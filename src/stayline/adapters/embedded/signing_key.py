"""The key that signs the audit log's checkpoints, in a file only its owner can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stayline.errors import SettingRefused, StoreUnavailable
from stayline.formats.checkpoint_signatures import new_signing_key, read_private


class SigningKeyFile:
    """Keeps an Ed25519 key in PEM, mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Return whether there is a key; makes none."""
        return self._path.exists()

    def key(self) -> Ed25519PrivateKey:
        """Return the key, made at the first call."""
        try:
            if not self._path.exists():
                _create(self._path)
            if self._path.stat().st_mode & 0o077:
                expected = "mode 0600 (run `chmod 600` on it)"
                raise SettingRefused(str(self._path), "readable by others", expected)
            return read_private(self._path.read_bytes(), str(self._path))
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error


def _create(path: Path) -> None:
    """Write a new key whole, then name it; of two processes at once the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = new_signing_key()
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
