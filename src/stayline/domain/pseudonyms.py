"""Keyed pseudonyms: the only name a person has outside the `Directory`."""

import hashlib
import hmac
from functools import lru_cache
from typing import NewType

EmployeeToken = NewType("EmployeeToken", str)
"""32 hexadecimal digits; the same person and key always give the same one."""

MINIMUM_KEY_BYTES = 32
_FINGERPRINT_OF = b"stayline token key"


def pseudonym(key: bytes, hr_id: str) -> EmployeeToken:
    """Return the token of a person, which cannot be turned back without the key.

    HMAC-SHA256, cut to 128 bits. ``hr_id`` is taken as text with outer white space removed, so that
    ``" 17"`` and ``"17"`` are one person.

    >>> pseudonym(b"k" * 32, "17") == pseudonym(b"k" * 32, " 17 ")
    True
    """
    if len(key) < MINIMUM_KEY_BYTES:
        raise ValueError(f"the token key needs at least {MINIMUM_KEY_BYTES} bytes, got {len(key)}")
    keyed = _keyed(key).copy()
    keyed.update(hr_id.strip().encode("utf-8", "surrogatepass"))
    return EmployeeToken(keyed.hexdigest()[:32])


@lru_cache(maxsize=2)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return the hash begun with a key, which takes longer than to end it with a short text."""
    return hmac.new(key, digestmod=hashlib.sha256)


def key_fingerprint(key: bytes) -> str:
    """Return 32 hexadecimal digits that tell whether a key is the same, and nothing else of it.

    >>> key_fingerprint(b"k" * 32) == key_fingerprint(b"j" * 32)
    False
    """
    return hmac.new(key, _FINGERPRINT_OF, hashlib.sha256).hexdigest()[:32]
