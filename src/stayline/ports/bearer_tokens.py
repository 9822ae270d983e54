"""Tokens of an identity provider, checked."""

from typing import Protocol

from stayline.domain.token_claims import Told


class BearerTokens(Protocol):
    """Tells who a token is about, if it holds."""

    def check(self) -> None:
        """Fetch the provider's keys now, so that the first caller does not wait for them.

        Raises `IssuerUnreachable`; a later token asks again.
        """
        ...

    def is_quick(self, token: str) -> bool:
        """Whether `told` answers without asking the provider; costs microseconds."""
        ...

    def told(self, token: str) -> Told:
        """Return who a token is about.

        Its signature is by a key that the provider publishes and an algorithm that fits this kind
        of key; it is of the configured issuer, for the configured audience, and holds now, give or
        take a minute. Raises `NotSignedIn`, and `IssuerUnreachable` while no keys are known at all.
        """
        ...
