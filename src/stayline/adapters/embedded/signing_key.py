"""The key that signs the audit log's checkpoints, in a file only its owner can read."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from stayline.errors import SettingRefused, StoreUnavailable


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
            return _private(self._path.read_bytes(), self._path)
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error


def public_text(key: Ed25519PublicKey) -> bytes:
    """Return a public key in PEM."""
    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def read_public(text: bytes) -> Ed25519PublicKey:
    """Return the public key of a PEM text; raises `SettingRefused` for anything else."""
    with suppress(ValueError, TypeError):
        key = form.load_pem_public_key(text)
        if isinstance(key, Ed25519PublicKey):
            return key
    expected = "an Ed25519 public key in PEM, as `stayline audit public-key` prints it"
    raise SettingRefused("public-key", "something else", expected)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key in DER."""
    told = key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(told).hexdigest()


def is_signed(key: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    """Return whether the holder of the key signed this."""
    try:
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _create(path: Path) -> None:
    """Write a new key whole, then name it; of two processes at once the first one's key stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
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


def _private(text: bytes, path: Path) -> Ed25519PrivateKey:
    with suppress(ValueError, TypeError):
        key = form.load_pem_private_key(text, password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise SettingRefused(str(path), "something else", "an Ed25519 private key in PEM")
