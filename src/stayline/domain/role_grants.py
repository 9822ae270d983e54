"""Roles granted in Stayline, where the identity provider tells none: asked for, granted, ended."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stayline.domain.roles import Role
from stayline.domain.second_person import is_a_name, same_person
from stayline.errors import RoleGrantRefused

DEFAULT_DAYS = 365
LONGEST_DAYS = 730
_LEAST_WORDS = 3
_LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """One role of one subject: a request until ``granted_at``, and in force until it ends."""

    grant_id: str
    subject: str
    role: Role
    reason: str
    requested_by: str
    requested_at: datetime
    granted_by: str | None = None
    granted_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_by: str | None = None
    revoked_at: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether the subject has the role at that instant."""
        if self.granted_at is None or self.expires_at is None or self.revoked_at is not None:
            return False
        return self.granted_at <= at < self.expires_at


def requested(
    grant_id: str, *, subject: str, role: str, reason: str, by: str, at: datetime
) -> RoleGrant:
    """Return a request for a role, for oneself or for somebody else.

    Raises `RoleGrantRefused` for a role or subject that is none, or a reason that does not say why.
    """
    if role not in list(Role):
        raise RoleGrantRefused(f"there is no role {role!r}", f"Roles are: {', '.join(Role)}.")
    if not is_a_name(subject) or subject != subject.strip() or len(subject) > _LONGEST_TEXT:
        raise RoleGrantRefused(
            "the subject is none", "Give it letter for letter as the identity provider's `sub`."
        )
    if len(reason.split()) < _LEAST_WORDS:
        remedy = f"Say in {_LEAST_WORDS} words or more what the role is needed for."
        raise RoleGrantRefused("the reason does not say why", remedy)
    return RoleGrant(grant_id, subject, Role(role), reason.strip(), by, at)


def granted(request: RoleGrant, *, by: str, at: datetime, days: int = DEFAULT_DAYS) -> RoleGrant:
    """Return the grant of a request, by somebody who neither asked for it nor gets it.

    Raises `RoleGrantRefused`.
    """
    if request.granted_at is not None or request.revoked_at is not None:
        raise RoleGrantRefused("this request was decided before", "Make a new request.")
    if same_person(by, request.requested_by) or same_person(by, request.subject):
        raise RoleGrantRefused(
            "who grants it asked for it, or gets it", "Another administrator has to grant it."
        )
    if not 1 <= days <= LONGEST_DAYS:
        problem = f"{days} days is no time to hold a role"
        raise RoleGrantRefused(problem, f"Give 1 to {LONGEST_DAYS} days.")
    return replace(request, granted_by=by, granted_at=at, expires_at=at + timedelta(days=days))


def revoked(grant: RoleGrant, *, by: str, at: datetime) -> RoleGrant:
    """Return the end of a grant, or of a request that nobody granted; anybody's, also one's own.

    Raises `RoleGrantRefused` for one that has ended.
    """
    if grant.revoked_at is not None:
        raise RoleGrantRefused("it was revoked before", "See `stayline roles list`.")
    return replace(grant, revoked_by=by, revoked_at=at)
