"""Keys that programs show instead of a person's sign-in."""

import hmac
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from stayline.domain.access_keys import checked_caller
from stayline.domain.roles import Role
from stayline.errors import SettingRefused

API_KEY_PREFIX = "slk_"
FIT_FOR_PROGRAMS: AbstractSet[Role] = frozenset({Role.SERVICE, Role.ANALYST, Role.AUDITOR})
"""What a program may be; whoever decides on people or models, or grants, is a person."""
_FORM = re.compile(r"(slk_[0-9a-f]{16})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: whose it is, what it may do until when, and its digest.

    The digest is plain SHA-256, without salt or stretching: those make guessing costly where people
    chose the secret, and nobody guesses 256 random bits. ``valid_until`` None means until revoked.
    """

    key_id: str
    name: str
    roles: AbstractSet[Role]
    digest: str = field(repr=False)
    created_at: datetime
    created_by: str
    valid_until: datetime | None = None
    last_used_on: date | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether the key lets anybody in at that instant."""
        return self.valid_until is None or at < self.valid_until

    def matches(self, text: str) -> bool:
        """Whether a text is this very key; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(key_digest(text), self.digest)


def key_digest(text: str) -> str:
    """Return what is kept of a key's text."""
    return sha256(text.encode()).hexdigest()


def key_id_of(text: str) -> str | None:
    """Return the id in a key's text, None where it has not the form of a key.

    >>> key_id_of("slk_0123456789abcdef_" + "x" * 43), key_id_of("slk_0123")
    ('slk_0123456789abcdef', None)
    """
    found = _FORM.fullmatch(text)
    return found.group(1) if found else None


def new_api_key(
    key_id: str,
    *,
    text: str,
    name: str,
    roles: Iterable[str],
    by: str,
    at: datetime,
    valid_until: datetime | None,
) -> ApiKey:
    """Return a checked key; raises `SettingRefused` for a name, a role or an end that is none."""
    asked = frozenset(roles) or frozenset({Role.SERVICE.value})
    if unfit := asked - {role.value for role in FIT_FOR_PROGRAMS}:
        expected = f"of {', '.join(sorted(FIT_FOR_PROGRAMS))}; other roles are for people"
        raise SettingRefused("role", ", ".join(sorted(unfit)), expected)
    if valid_until is not None and valid_until <= at:
        raise SettingRefused("until", valid_until.isoformat(), "an instant that is still to come")
    return ApiKey(
        key_id,
        checked_caller(name),
        frozenset(Role(role) for role in asked),
        key_digest(text),
        at,
        by,
        valid_until,
    )
