"""Who checks the tokens of an identity provider, and lets people sign in there."""

from stayline.domain.token_claims import IdentityPolicy
from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy
from stayline.ports.bearer_tokens import BearerTokens
from stayline.ports.clock import Clock
from stayline.ports.secrets import Secrets
from stayline.ports.sign_in_flow import SignInFlow
from stayline.settings import Settings


def identity_of(
    settings: Settings, clock: Clock, secrets: Secrets
) -> tuple[BearerTokens | None, SignInFlow | None]:
    """Return what checks the provider's tokens, and what signs people in there.

    Libraries are loaded only where there is a provider. Neither setting stands alone: an audience
    without an issuer looks like sign-in and is none.
    """
    issuer, audience = settings.oidc_issuer, settings.oidc_audience
    if not issuer:
        if audience:
            expected = "empty, or oidc_issuer set beside it"
            raise SettingRefused("oidc_audience", audience, expected)
        return None, None
    from stayline.adapters.oidc.key_set import KeySet
    from stayline.adapters.oidc.sign_in_flow import OidcSignIn
    from stayline.adapters.oidc.tokens import OidcTokens

    policy, keys = read_policy(settings.home, "identity", IdentityPolicy), KeySet(issuer)
    tokens = OidcTokens(issuer, audience, policy=policy, clock=clock, keys=keys)
    client_id = policy.client_id or audience
    identities = OidcTokens(issuer, client_id, policy=policy, clock=clock, keys=keys)
    sign_in = OidcSignIn(
        issuer,
        client_id,
        policy=policy,
        identities=identities,
        secret=lambda: secrets.secret("oidc_client_secret"),
    )
    return tokens, sign_in
