"""Tell who calls by the credential they show: a provider's token, or an API key."""

from collections.abc import Callable

from stayline.domain.api_keys import API_KEY_PREFIX, key_id_of
from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Role
from stayline.errors import NotSignedIn
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.bearer_tokens import BearerTokens
from stayline.ports.clock import Clock
from stayline.ports.role_book import RoleBook


def sign_in(
    credential: str,
    *,
    tokens: BearerTokens | None,
    api_keys: ApiKeyBook,
    roles: RoleBook,
    token_of: Callable[[str], EmployeeToken],
    clock: Clock,
) -> Caller:
    """Return the caller, or raise `NotSignedIn`.

    ``tokens`` is None where no issuer is configured; then only API keys sign in. Roles granted here
    are added to those that the provider tells; ``token_of`` turns a person's HR id into the token.
    A token with the role of a service is a program's, whatever it holds beside: a role granted to
    a program makes no person of it.
    """
    if credential.startswith(API_KEY_PREFIX):
        return _by_api_key(credential, api_keys, clock)
    if tokens is None:
        raise NotSignedIn("no_issuer", "no identity provider is configured (oidc_issuer).")
    told = tokens.told(credential)
    held = told.roles | roles.roles_of(told.subject, at=clock.now())
    employee = token_of(told.employee_id) if told.employee_id else None
    return Caller(told.subject, held, is_human=Role.SERVICE not in held, employee=employee)


def _by_api_key(text: str, api_keys: ApiKeyBook, clock: Clock) -> Caller:
    """Return the program of a key; a wrong secret and an unknown id are refused alike."""
    key_id = key_id_of(text)
    key = api_keys.find(key_id) if key_id else None
    if key is None or not key.matches(text):
        raise NotSignedIn("api_key", "there is no such API key. See `stayline api-keys list`.")
    now = clock.now()
    if not key.holds_at(now):
        raise NotSignedIn("expired", "the API key has ended; make or rotate one.")
    if key.last_used_on != now.date():
        api_keys.note_use(key.key_id, now.date())
    return Caller(key.key_id, key.roles, is_human=False)
