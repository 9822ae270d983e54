"""Token keys as text, as a file or a store of secrets holds them."""

import secrets

from stayline.domain.pseudonyms import MINIMUM_KEY_BYTES
from stayline.errors import SettingRefused


def new_key_text() -> bytes:
    """Return a key nobody has had, in hexadecimal digits."""
    return secrets.token_hex(MINIMUM_KEY_BYTES).encode()


def key_of(text: bytes, where: str) -> bytes:
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
