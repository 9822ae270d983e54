"""What an identity provider's claims say of a caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stayline.domain.roles import Role
from stayline.errors import NotSignedIn

LONGEST_SUBJECT = 255
_RESERVED = ("slk_", "service:", "anonymous")
"""How programs and nobody are written down; no person may be taken for one."""


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """``[identity]`` of governance.toml: where the provider puts what Stayline has to know.

    A claim is named as it stands, or with dots where it lies within others
    (``realm_access.roles``). ``role_names`` turns the provider's own words, such as the ids of its
    groups, into roles.

    The portal signs people in as ``client_id`` (default: the audience), asks for ``scopes``, and
    sends ``authorization_parameters`` along, which some providers need to make tokens for an
    audience.
    """

    roles_claim: str = "roles"
    employee_claim: str = "employee_id"
    role_names: Mapping[str, str] = field(default_factory=dict)
    client_id: str = ""
    scopes: str = "openid"
    authorization_parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """Who a valid token is about; ``employee_id`` is the person's HR id, which goes no further."""

    subject: str
    roles: frozenset[Role]
    employee_id: str | None = field(default=None, repr=False)


def told_by(claims: Mapping[str, object], policy: IdentityPolicy) -> Told:
    """Return what valid claims say; unknown roles are passed over, since providers hold others too.

    Raises `NotSignedIn` for a subject that cannot be told from others: it is 1 to 255 visible ASCII
    letters by OpenID Connect, compared letter for letter.

    >>> told = told_by({"sub": "u1", "roles": ["manager", "golfer"]}, IdentityPolicy())
    >>> told.subject, [str(role) for role in told.roles]
    ('u1', ['manager'])
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_subject(subject):
        problem = "the token's subject (sub) is missing or not 1 to 255 visible ASCII letters."
        raise NotSignedIn("subject", problem)
    words = _listed(_claim(claims, policy.roles_claim))
    named = {policy.role_names.get(word, word) for word in words}
    roles = frozenset(Role(name) for name in named if name in list(Role))
    employee = _claim(claims, policy.employee_claim)
    is_id = isinstance(employee, str | int) and not isinstance(employee, bool)
    return Told(subject, roles, str(employee).strip() if is_id else None)


def is_subject(text: str) -> bool:
    """Whether the audit log may hold it as a person: 1 to 255 visible ASCII letters, no program's.

    >>> is_subject("u1"), is_subject("slk_1"), is_subject("a b")
    (True, False, False)
    """
    is_plain = text.isascii() and text.isprintable() and " " not in text
    return is_plain and 0 < len(text) <= LONGEST_SUBJECT and not text.startswith(_RESERVED)


def _claim(claims: Mapping[str, object], name: str) -> object:
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _listed(value: object) -> list[str]:
    """Return the words of a claim: a list, or a text as OAuth's scopes are written."""
    if isinstance(value, str):
        return value.split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
