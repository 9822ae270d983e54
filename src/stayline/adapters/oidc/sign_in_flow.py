"""Authorisation code with PKCE (RFC 7636) at an OpenID Connect provider, by Authlib."""

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from stayline.adapters.oidc.fetching import LONGEST_S, described, is_safe_address
from stayline.adapters.oidc.key_set import KEEP_S
from stayline.adapters.oidc.tokens import OidcTokens
from stayline.domain.token_claims import IdentityPolicy
from stayline.errors import IssuerUnreachable, NotSignedIn, SignInRefused
from stayline.ports.sign_in_flow import ProviderTokens, SignInStart

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

_KNOWN_REFUSALS = frozenset(
    {"access_denied", "login_required", "consent_required", "interaction_required"}
    | {"invalid_request", "unauthorized_client", "invalid_scope", "server_error"}
    | {"temporarily_unavailable", "invalid_client", "invalid_grant"}
)
"""What a provider says by OAuth; any other text in the address may be anybody's."""
_LETTERS = 48
_log = logging.getLogger(__name__)


class OidcSignIn:
    """Signs people in at one issuer; ``identities`` checks its ID tokens for this client."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        *,
        policy: IdentityPolicy,
        identities: OidcTokens,
        secret: Callable[[], bytes | None],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._policy = policy
        self._identities = identities
        self._secret = secret
        self._ticks = ticks
        self._known: tuple[float, Mapping[str, object]] | None = None

    def begin(self, comes_back_to: str) -> SignInStart:
        """Return where the browser goes."""
        state, nonce, verifier = (secrets.token_urlsafe(_LETTERS) for _ in range(3))
        with self._client(comes_back_to) as client:
            address, _ = client.create_authorization_url(
                self._address("authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                **self._policy.authorization_parameters,
            )
        return SignInStart(address, state, nonce, verifier)

    def finish(
        self, answer: Mapping[str, str], start: SignInStart, comes_back_to: str
    ) -> ProviderTokens:
        """Return the tokens for the code in an answer."""
        if not start.state or not hmac.compare_digest(
            answer.get("state", "").encode(), start.state.encode()
        ):
            raise SignInRefused("state", "the answer belongs to another sign-in than this one.")
        if answer.get("iss", self._issuer) != self._issuer:
            raise SignInRefused("issuer", "another provider answered than was asked.")
        if "code" not in answer:
            raise SignInRefused("provider", f"the provider says {_word(answer.get('error'))}.")
        with self._client(comes_back_to) as client:
            given = client.fetch_token(
                self._address("token_endpoint"),
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=start.verifier,
                timeout=LONGEST_S,
                allow_redirects=False,
            )
        self._check_identity(given.get("id_token"), start.nonce)
        return _tokens(given, "")

    def renew(self, refresh_token: str) -> ProviderTokens:
        """Return new tokens; a provider that sends no new refresh token keeps the old one."""
        with self._client() as client:
            given = client.refresh_token(
                self._address("token_endpoint"),
                refresh_token=refresh_token,
                timeout=LONGEST_S,
                allow_redirects=False,
            )
        return _tokens(given, refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token at the provider; where that fails the log says so."""
        try:
            address = self._address("revocation_endpoint", is_needed=False)
            if address is None:
                return
            with self._client() as client:
                answer = client.revoke_token(
                    address,
                    token=refresh_token,
                    token_type_hint="refresh_token",  # noqa: S106  (a kind of token)
                    timeout=LONGEST_S,
                    allow_redirects=False,
                )
                if not answer.ok:
                    raise IssuerUnreachable(f"it answers with status {answer.status_code}")
        except (IssuerUnreachable, SignInRefused) as error:
            _log.warning("A refresh token may live on at the provider: %s", error)

    def sign_out_address(self, comes_back_to: str) -> str | None:
        """Return the provider's own page to sign out at."""
        address = self._address("end_session_endpoint", is_needed=False)
        if address is None:
            return None
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": comes_back_to}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def _check_identity(self, id_token: object, nonce: str) -> None:
        """Hold the provider's signed identity against this sign-in, so that no code is replayed."""
        try:
            claims = self._identities.claims(id_token if isinstance(id_token, str) else "")
        except NotSignedIn as refusal:
            raise SignInRefused("identity", f"of the provider's identity, {refusal}") from None
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
            raise SignInRefused("nonce", "the provider's identity is of another sign-in.")

    def _address(self, name: str, *, is_needed: bool = True) -> Any:
        """Return an address that the provider describes, None for one it may lack."""
        address = self._description().get(name)
        if isinstance(address, str) and is_safe_address(address):
            return address
        if is_needed:
            raise IssuerUnreachable(f"its description names no safe {name}")
        return None

    def _description(self) -> Mapping[str, object]:
        """Return how the issuer describes itself, asked anew as seldom as for its keys."""
        if self._known is None or self._ticks() - self._known[0] >= KEEP_S:
            self._known = self._ticks(), described(self._issuer)
        return self._known[1]

    @contextmanager
    def _client(self, comes_back_to: str | None = None) -> Iterator["OAuth2Session"]:
        """Give a client of the provider whose errors are ours."""
        from authlib.common.errors import AuthlibBaseError
        from authlib.integrations.requests_client import OAuth2Session
        from requests import RequestException

        secret = self._secret()
        try:
            with OAuth2Session(
                client_id=self._client_id,
                client_secret=secret.decode().strip() if secret else None,
                scope=self._policy.scopes,
                redirect_uri=comes_back_to,
                code_challenge_method="S256",
            ) as client:
                yield client
        except AuthlibBaseError as error:
            raise SignInRefused("provider", f"the provider says {_word(error.error)}.") from None
        except (RequestException, ValueError) as error:
            raise IssuerUnreachable(f"{type(error).__name__} on the way") from None


def _word(said: object) -> str:
    return f"'{said}'" if said in _KNOWN_REFUSALS else "no"


def _tokens(given: Mapping[str, object], former: str) -> ProviderTokens:
    access, refresh = given.get("access_token"), given.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise IssuerUnreachable("what it answers holds no access token")
    return ProviderTokens(access, refresh if isinstance(refresh, str) else former)
