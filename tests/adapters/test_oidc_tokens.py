"""Which tokens sign in, against a real provider on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from identity_provider import (
    AUDIENCE,
    EC_KEY,
    ED_KEY,
    RSA_KEY,
    STRANGE,
    Provider,
    identity_provider,
    public_jwk,
)
from stayline.adapters.oidc.fetching import LARGEST_DOCUMENT, is_safe_address
from stayline.adapters.oidc.key_set import KEEP_S, PAUSE_S, KeySet
from stayline.adapters.oidc.tokens import OidcTokens
from stayline.domain.roles import Role
from stayline.domain.token_claims import IdentityPolicy
from stayline.errors import IssuerUnreachable, NotSignedIn, SettingRefused
from stores import NOON, SetClock


@dataclass
class Watch:
    """Ticks as a test says."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def provider() -> Iterator[Provider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def tokens(provider: Provider, watch: Watch) -> OidcTokens:
    return tokens_of(provider, watch)


def tokens_of(provider: Provider, watch: Watch, policy: IdentityPolicy | None = None):
    return OidcTokens(
        provider.issuer,
        AUDIENCE,
        policy=policy or IdentityPolicy(),
        clock=SetClock(),
        keys=KeySet(provider.issuer, watch),
    )


def because(tokens: OidcTokens, token: str) -> str:
    with pytest.raises(NotSignedIn) as refused:
        tokens.told(token)
    assert token not in str(refused.value) or not token
    return refused.value.because


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA_KEY, "RS256"), (RSA_KEY, "PS256"), (EC_KEY, "ES256"), (ED_KEY, "EdDSA")],
)
def test_each_asymmetric_algorithm_of_the_list_signs_in(tokens, provider, key, algorithm):
    token = provider.token(NOON, key=key, algorithm=algorithm, roles=["manager"], employee_id=17)
    told = tokens.told(token)
    assert (told.subject, told.roles, told.employee_id) == ("u-1", {Role.MANAGER}, "17")
    assert "17" not in repr(told)


@pytest.mark.parametrize("kind", ["none", "None", "NONE", "HS256"])
def test_a_token_that_needs_no_private_key_never_signs_in(tokens, provider, kind):
    assert because(tokens, provider.forged(NOON, kind)) == "token"


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS384"])
def test_an_algorithm_beside_the_list_does_not_sign_in(tokens, provider, algorithm):
    assert because(tokens, provider.token(NOON, algorithm=algorithm)) == "token"


def test_a_key_signs_only_by_what_fits_its_kind(tokens, provider):
    assert because(tokens, provider.token(NOON, key=EC_KEY, named=RSA_KEY)) == "token"
    assert because(tokens, provider.token(NOON, key=STRANGE, named=RSA_KEY)) == "token"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"aud": "payroll"}, "audience"),
        ({"aud": ["payroll", AUDIENCE]}, None),
        ({"aud": None}, "token"),
        ({"iss": "http://127.0.0.1/other"}, "issuer"),
        ({"iss": None}, "token"),
        ({"sub": None}, "token"),
        ({"sub": ""}, "subject"),
        ({"sub": 17}, "token"),
        ({"sub": "a" * 256}, "subject"),
        ({"sub": "ána"}, "subject"),
        ({"sub": "u 1"}, "subject"),
        ({"sub": "slk_0123456789abcdef"}, "subject"),
        ({"sub": "service:jobs"}, "subject"),
        ({"sub": "anonymous"}, "subject"),
        ({"exp": None}, "token"),
        ({"exp": "soon"}, "token"),
        ({"exp": True}, "token"),
        ({"exp": 1e300}, "token"),
        ({"exp": 10**400}, "token"),
    ],
)
def test_claims_are_as_they_have_to_be(tokens, provider, claims, expected):
    token = provider.token(NOON, **claims)
    if expected is None:
        assert tokens.told(token).subject == "u-1"
    else:
        assert because(tokens, token) == expected


@pytest.mark.parametrize(
    ("name", "seconds", "expected"),
    [
        ("exp", -59, None),
        ("exp", -61, "expired"),
        ("nbf", 59, None),
        ("nbf", 61, "not_yet_valid"),
        ("iat", 59, None),
        ("iat", 61, "not_yet_valid"),
    ],
)
def test_clocks_may_differ_by_a_minute(tokens, provider, name, seconds, expected):
    token = provider.token(NOON, **{name: int(NOON.timestamp()) + seconds})
    if expected is None:
        assert tokens.told(token).subject == "u-1"
    else:
        assert because(tokens, token) == expected


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "." * 9, "é" * 40, "a" * 20_000, "{}.{}."])
def test_what_is_no_token_is_refused_in_words(tokens, text):
    assert because(tokens, text) == "token"


def test_a_token_that_asks_for_more_than_is_known_is_refused(tokens, provider):
    assert because(tokens, provider.token(NOON, head={"crit": ["exp"]})) == "token"


def test_unknown_key_ids_do_not_make_it_hammer_the_provider(tokens, provider, watch):
    tokens.told(provider.token(NOON))
    before = len(provider.asked)
    for number in range(50):
        assert because(tokens, provider.token(NOON, named=f"made-up-{number}")) == "key"
    assert len(provider.asked) == before
    watch.seconds += PAUSE_S
    for number in range(50):
        assert because(tokens, provider.token(NOON, named=f"made-up-{number}")) == "key"
    assert len(provider.asked) == before + 2


def test_a_new_key_of_the_provider_is_found_and_one_it_withdrew_ends(tokens, provider, watch):
    tokens.told(provider.token(NOON))
    provider.keys = [public_jwk(STRANGE)]
    watch.seconds += PAUSE_S
    assert not tokens.is_quick(provider.token(NOON, key=STRANGE))
    assert tokens.told(provider.token(NOON, key=STRANGE)).subject == "u-1"
    assert tokens.is_quick(provider.token(NOON, key=STRANGE))
    assert because(tokens, provider.token(NOON)) == "key"


def test_keys_go_on_working_while_the_provider_is_down(tokens, provider, watch):
    tokens.check()
    provider.is_down = True
    watch.seconds += KEEP_S
    assert tokens.told(provider.token(NOON)).subject == "u-1"
    assert tokens.is_quick(provider.token(NOON))


def test_without_any_keys_nobody_is_let_in(tokens, provider, watch):
    provider.is_down = True
    for _ in range(2):
        with pytest.raises(IssuerUnreachable):
            tokens.told(provider.token(NOON))
    assert len(provider.asked) == 1
    provider.is_down = False
    watch.seconds += PAUSE_S
    assert tokens.told(provider.token(NOON)).subject == "u-1"


@pytest.mark.parametrize(
    "change",
    [
        {"status": 500},
        {"status": 302},
        {"body": b"no json"},
        {"body": b"[]"},
        {"body": b" " * (LARGEST_DOCUMENT + 1)},
        {"keys": []},
        {"keys": "none"},
        {"keys": [None, 1, {}]},
        {"described": {"issuer": "http://127.0.0.1/other", "jwks_uri": "http://127.0.0.1:1/k"}},
        {"described": {}},
    ],
)
def test_a_provider_that_answers_wrongly_is_told_in_words(tokens, provider, change):
    for name, value in change.items():
        setattr(provider, name, value)
    with pytest.raises(IssuerUnreachable):
        tokens.check()


def test_keys_are_not_fetched_from_where_anybody_listens(tokens, provider):
    provider.described["jwks_uri"] = "http://203.0.113.1/keys"
    with pytest.raises(IssuerUnreachable, match="https"):
        tokens.check()


@pytest.mark.parametrize(
    "unfit",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": RSA_KEY},
        public_jwk("weak") | {"kid": RSA_KEY},
        public_jwk(RSA_KEY, use="enc"),
        public_jwk(RSA_KEY, alg="RSA-OAEP"),
        public_jwk(RSA_KEY, n="%%%"),
        public_jwk(RSA_KEY) | {"kid": None},
        public_jwk(EC_KEY, crv="P-384") | {"kid": RSA_KEY},
    ],
)
def test_keys_that_are_secret_weak_or_for_other_uses_are_passed_over(tokens, provider, unfit):
    provider.keys = [unfit, public_jwk(EC_KEY)]
    assert tokens.told(provider.token(NOON, key=EC_KEY)).subject == "u-1"
    assert because(tokens, provider.token(NOON)) == "key"


def test_claims_are_found_where_the_organisation_says(provider, watch):
    names = {"9b0c": "hr_partner"}
    policy = IdentityPolicy("realm_access.roles", "https://example.com/hr", names)
    tokens = tokens_of(provider, watch, policy)
    claims = {"realm_access": {"roles": ["9b0c", "auditor", 3]}, "https://example.com/hr": "17"}
    told = tokens.told(provider.token(NOON, **claims))
    assert (told.roles, told.employee_id) == ({Role.HR_PARTNER, Role.AUDITOR}, "17")


@pytest.mark.parametrize("roles", [None, 17, {"manager": True}, [["manager"]], "", "MANAGER"])
def test_a_role_claim_of_another_form_permits_nothing(tokens, provider, roles):
    assert tokens.told(provider.token(NOON, roles=roles)).roles == set()


@pytest.mark.parametrize(
    ("issuer", "audience"),
    [("http://id.example", "stayline"), ("ftp://id.example", "a"), ("id", "a"), ("https://i", " ")],
)
def test_settings_that_cannot_be_safe_are_refused(issuer, audience):
    with pytest.raises(SettingRefused):
        OidcTokens(issuer, audience, policy=IdentityPolicy(), clock=SetClock())


@pytest.mark.parametrize("url", ["https://a:b@id.example", "https://", "http://127.0.0.1.example"])
def test_an_address_that_hides_where_it_leads_is_not_safe(url):
    assert not is_safe_address(url)


def test_a_token_outlives_no_change_of_the_clock(provider, watch):
    clock = SetClock()
    tokens = OidcTokens(
        provider.issuer,
        AUDIENCE,
        policy=IdentityPolicy(),
        clock=clock,
        keys=KeySet(provider.issuer, watch),
    )
    token = provider.token(NOON)
    assert tokens.told(token).subject == "u-1"
    clock.instant = NOON + timedelta(hours=1)
    assert because(tokens, token) == "expired"
