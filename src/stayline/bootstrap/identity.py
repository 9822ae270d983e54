"""Who checks the tokens of an identity provider."""

from stayline.domain.token_claims import IdentityPolicy
from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy
from stayline.ports.bearer_tokens import BearerTokens
from stayline.ports.clock import Clock
from stayline.settings import Settings


def bearer_tokens(settings: Settings, clock: Clock) -> BearerTokens | None:
    """Return what checks the provider's tokens; its libraries are loaded only where there is one.

    Neither setting stands alone: an audience without an issuer looks like sign-in and is none.
    """
    if not settings.oidc_issuer:
        if settings.oidc_audience:
            expected = "empty, or oidc_issuer set beside it"
            raise SettingRefused("oidc_audience", settings.oidc_audience, expected)
        return None
    from stayline.adapters.oidc.tokens import OidcTokens

    policy = read_policy(settings.home, "identity", IdentityPolicy)
    return OidcTokens(settings.oidc_issuer, settings.oidc_audience, policy=policy, clock=clock)
