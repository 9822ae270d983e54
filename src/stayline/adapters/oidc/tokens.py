"""Tokens of an OpenID Connect provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import jwt
from jwt.exceptions import InvalidAudienceError, InvalidIssuerError, PyJWTError
from jwt.types import Options

from stayline.adapters.oidc.fetching import is_safe_address
from stayline.adapters.oidc.key_set import KeySet, SigningKey
from stayline.domain.token_claims import IdentityPolicy, Told, told_by
from stayline.errors import NotSignedIn, SettingRefused
from stayline.ports.clock import Clock

LEEWAY_S = 60
LONGEST_TOKEN = 16 * 1024
MOST_KNOWN = 10_000
"""How many checked tokens are remembered, by their digests; only good ones take room."""
_OPTIONS: Options = {
    "require": ["exp", "sub", "aud", "iss"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
"""Times are checked here, against the clock that everything else goes by."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a token says, whose signature was found good by this very key."""

    key_id: str
    key: SigningKey
    claims: Mapping[str, object]


class OidcTokens:
    """Checks tokens against the published keys of one issuer, for one audience."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        policy: IdentityPolicy,
        clock: Clock,
        keys: KeySet | None = None,
    ) -> None:
        """Raises `SettingRefused` for an issuer that is none, or without an audience."""
        if not is_safe_address(issuer):
            raise SettingRefused("oidc_issuer", issuer, "an https address (http on loopback only)")
        if not audience.strip():
            expected = "what the provider puts into `aud` of tokens that are meant for Stayline"
            raise SettingRefused("oidc_audience", audience, expected)
        self._issuer = issuer
        self._audience = audience
        self._policy = policy
        self._clock = clock
        self._keys = keys or KeySet(issuer)
        self._known: dict[bytes, _Known] = {}

    def check(self) -> None:
        """Fetch the provider's keys now."""
        self._keys.key("")

    def is_quick(self, token: str) -> bool:
        """Whether `told` answers without asking the provider."""
        known = self._known.get(_digest(token))
        try:
            return self._keys.is_known(_key_id(token) if known is None else known.key_id)
        except NotSignedIn:
            return True

    def told(self, token: str) -> Told:
        """Return who a token is about."""
        return told_by(self.claims(token), self._policy)

    def claims(self, token: str) -> Mapping[str, object]:
        """Return what a token says that holds now.

        Its signature is checked once for as long as its key is there. Raises `NotSignedIn`.
        """
        digest = _digest(token)
        known = self._known.get(digest)
        if known is None or self._keys.key(known.key_id) is not known.key:
            known = self._checked(token)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[digest] = known
        _check_times(known.claims, self._clock.now())
        return known.claims

    def _checked(self, token: str) -> _Known:
        key_id = _key_id(token)
        key = self._keys.key(key_id)
        if key is None:
            raise NotSignedIn("key", "the token is signed by a key that the provider has not.")
        return _Known(key_id, key, self._verified(token, key))

    def _verified(self, token: str, key: SigningKey) -> Mapping[str, object]:
        try:
            return jwt.decode(
                token,
                key.key.key,
                algorithms=key.algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options=_OPTIONS,
            )
        except InvalidAudienceError:
            raise NotSignedIn("audience", "the token is meant for another service.") from None
        except InvalidIssuerError:
            raise NotSignedIn("issuer", "the token is of another issuer.") from None
        except (PyJWTError, ValueError, TypeError):
            problem = "the token is damaged, not signed as it has to be, or lacks exp or sub."
            raise NotSignedIn("token", problem) from None


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()


def _key_id(token: str) -> str:
    """Return the id of the key that a token names; nothing of it is trusted yet."""
    if len(token) > LONGEST_TOKEN:
        raise NotSignedIn("token", "the token is longer than any token should be.")
    try:
        head = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, TypeError, RecursionError):
        raise NotSignedIn("token", "the token cannot be read; it has to be a JWT.") from None
    key_id = head.get("kid")
    if not isinstance(key_id, str) or "crit" in head:
        raise NotSignedIn("token", "the token names no key (kid), or asks for what is not known.")
    return key_id


def _check_times(claims: Mapping[str, object], now: datetime) -> None:
    """Refuse what has ended or has not begun, each give or take a minute."""
    at = now.timestamp()
    if at >= _seconds(claims["exp"]) + LEEWAY_S:
        raise NotSignedIn("expired", "the token has expired; sign in again.")
    for name in ("nbf", "iat"):
        if name in claims and _seconds(claims[name]) > at + LEEWAY_S:
            raise NotSignedIn("not_yet_valid", f"the token does not hold yet ({name}).")


def _seconds(value: object) -> float:
    """Return a claimed time; a number that no float can hold is compared before it is turned."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e12 < value < 1e12:
        return float(value)
    raise NotSignedIn("token", "a time in the token is none.")
