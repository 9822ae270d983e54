"""Sign-in of people in a browser, at an identity provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SignInStart:
    """Where the browser is sent, and what is kept meanwhile to know its answer by."""

    address: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What the provider hands out; ``refresh_token`` is empty where it hands out none."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)


class SignInFlow(Protocol):
    """Lets people sign in by authorisation code with PKCE.

    Access tokens are handed out unchecked: `BearerTokens` tells who they are about. All raise
    `IssuerUnreachable` while the provider does not answer as it should.
    """

    def begin(self, comes_back_to: str) -> SignInStart:
        """Return where a browser has to go to sign in and come back to that address."""
        ...

    def finish(
        self, answer: Mapping[str, str], start: SignInStart, comes_back_to: str
    ) -> ProviderTokens:
        """Return the tokens of whoever came back with this answer in the address.

        Raises `SignInRefused` unless it answers this very start: its state, its code verifier, and
        the nonce in the provider's signed identity.
        """
        ...

    def renew(self, refresh_token: str) -> ProviderTokens:
        """Return new tokens for old ones; raises `SignInRefused` where the provider gives none."""
        ...

    def revoke(self, refresh_token: str) -> None:
        """Let the provider end a refresh token, if it knows how to."""
        ...

    def sign_out_address(self, comes_back_to: str) -> str | None:
        """Return where the browser signs out at the provider, None where it has no such page."""
        ...
