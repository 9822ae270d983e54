"""Which secrets there are, where and since when; never what they are."""

from datetime import timedelta

from stayline.domain.pseudonyms import key_fingerprint
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.domain.token_keys import TokenKey
from stayline.ports.secrets import SecretEntry, Secrets
from stayline.ports.token_key_book import TokenKeyBook


def list_secrets(
    *, secrets: Secrets, token_keys: TokenKeyBook, policy: SecretsPolicy
) -> list[SecretEntry]:
    """Return the token keys, oldest first, and the other secrets that are there."""
    overlap = timedelta(days=policy.token_key_overlap_days)
    kept = [_token_key(key, secrets, overlap) for key in token_keys.history()]
    if not kept and secrets.has_token_key():
        fingerprint = key_fingerprint(secrets.token_key())
        where = secrets.token_key_place(fingerprint)
        kept = [SecretEntry("token-key", "current", where, fingerprint=fingerprint)]
    return [*kept, *secrets.other_secrets()]


def _token_key(key: TokenKey, secrets: Secrets, overlap: timedelta) -> SecretEntry:
    state = "current" if key.is_current else "to come" if key.is_to_come else "replaced"
    if key.replaced_at is not None and key.settled_at is None:
        state = "being replaced"
    return SecretEntry(
        name="token-key",
        state=state,
        where=secrets.token_key_place(key.fingerprint),
        since=key.made_at or key.current_since,
        until=key.may_retire_at(overlap),
        fingerprint=key.fingerprint,
    )
