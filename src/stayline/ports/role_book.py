"""The roles that were granted here rather than by the identity provider."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from stayline.domain.role_grants import RoleGrant
from stayline.domain.roles import Role


class RoleBook(Protocol):
    """Keeps requests and grants; a change in any process holds in all of them at once."""

    def put(self, grant: RoleGrant, *, before: RoleGrant | None = None) -> bool:
        """Keep a new request, or a grant in place of what it was ``before``.

        False, and nothing changed, where it is not as ``before`` any more: somebody else decided.
        """
        ...

    def find(self, grant_id: str) -> RoleGrant:
        """Return a request or grant; raises `UnknownRoleGrant`."""
        ...

    def grants(self) -> list[RoleGrant]:
        """Return every request and grant, oldest first, ended ones too."""
        ...

    def roles_of(self, subject: str, *, at: datetime) -> AbstractSet[Role]:
        """Return the roles in force of a subject, letter for letter; cheap with every request."""
        ...
