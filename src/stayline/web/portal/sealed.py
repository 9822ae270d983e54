"""Values that a browser keeps for us: nobody else can read, alter or make them."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from os import urandom
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LONGEST = 20 * 1024
_NONCE = 12
_DERIVED_FOR = b"stayline portal, sealed values"
Value = TypeVar("Value")


def seal(token_key: bytes, purpose: str, value: object) -> str:
    """Return a value encrypted and signed for one purpose, in letters that a cookie may hold."""
    nonce = urandom(_NONCE)
    plain = zlib.compress(msgspec.msgpack.encode(value))
    return _text(nonce + _cipher(token_key).encrypt(nonce, plain, purpose.encode()))


def opened(token_key: bytes, purpose: str, text: str, kind: type[Value]) -> Value | None:
    """Return a value sealed under this key for this purpose, None for anything else.

    >>> key = bytes(32)
    >>> opened(key, "a", seal(key, "a", 7), int), opened(key, "b", seal(key, "a", 7), int)
    (7, None)
    """
    from cryptography.exceptions import InvalidTag

    if len(text) > LONGEST:
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = _cipher(token_key).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode())
        return msgspec.msgpack.decode(zlib.decompress(plain), type=kind)
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        return None


@lru_cache(maxsize=4)
def _cipher(token_key: bytes) -> "AESGCM":
    """Return the cipher of a key derived from the token key, which it does not tell."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_DERIVED_FOR)
    return AESGCM(derive.derive(token_key))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
