"""The keys that an identity provider signs with, fetched when needed and kept for when it is down.

The first token, one of an unknown key, and the passing of `KEEP_S` each ask the provider anew; but
never within `PAUSE_S` of the last time, so that made-up key ids cannot make Stayline hammer it.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import PyJWTError

from stayline.adapters.oidc.fetching import described, fetched
from stayline.errors import IssuerUnreachable

KEEP_S = 900.0
PAUSE_S = 10.0
LEAST_RSA_BITS = 2048
MOST_KEYS = 64
_FIT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("RSA", ""): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""The algorithms that each kind of key may sign with: a token chooses none beside these."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the algorithms that it may be used with."""

    key: jwt.PyJWK
    algorithms: tuple[str, ...]


class KeySet:
    """The keys of one issuer; safe to share between threads."""

    def __init__(self, issuer: str, ticks: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._ticks = ticks
        self._turn = threading.Lock()
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def is_known(self, key_id: str) -> bool:
        """Whether `key` answers for this id without asking the provider."""
        return not self._is_due(key_id)

    def key(self, key_id: str) -> SigningKey | None:
        """Return a key by its id, None for an unknown one.

        Raises `IssuerUnreachable` while no keys were ever fetched.
        """
        if self._is_due(key_id):
            with self._turn:
                if self._is_due(key_id):
                    self._renew()
        if self._fetched_at is None:
            raise IssuerUnreachable("it did not answer a moment ago")
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        now = self._ticks()
        if self._tried_at is not None and now - self._tried_at < PAUSE_S:
            return False
        is_old = self._fetched_at is None or now - self._fetched_at >= KEEP_S
        return is_old or key_id not in self._keys

    def _renew(self) -> None:
        self._tried_at = self._ticks()
        try:
            self._keys = self._published()
        except IssuerUnreachable as error:
            if self._fetched_at is None:
                raise
            _log.warning("Signing keys are those of the last time: %s", error)
        else:
            self._fetched_at = self._ticks()

    def _published(self) -> Mapping[str, SigningKey]:
        listed = fetched(str(described(self._issuer).get("jwks_uri"))).get("keys")
        if not isinstance(listed, list):
            raise IssuerUnreachable("what it publishes is no set of keys")
        keys = dict(filter(None, map(_signing_key, listed[:MOST_KEYS])))
        if not keys:
            raise IssuerUnreachable("it publishes no key that Stayline may trust")
        return keys


def _signing_key(published: object) -> tuple[str, SigningKey] | None:
    """Return a key that may check signatures; anything secret, weak or for other uses is none."""
    if not isinstance(published, dict):
        return None
    key_id, kind = published.get("kid"), published.get("kty")
    if not isinstance(key_id, str) or published.get("use", "sig") != "sig":
        return None
    curve = "" if kind == "RSA" else published.get("crv")
    algorithms = _FIT.get((str(kind), str(curve)), ())
    if "alg" in published:
        algorithms = tuple(one for one in algorithms if one == published["alg"])
    if not algorithms or "d" in published:
        return None
    try:
        key = jwt.PyJWK(published, algorithms[0])
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < LEAST_RSA_BITS:
        return None
    return key_id, SigningKey(key, algorithms)
