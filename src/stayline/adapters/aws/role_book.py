"""The granted roles in DynamoDB."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.role_grants import RoleGrant
from stayline.domain.roles import Role
from stayline.errors import UnknownRoleGrant

_BOOK = "role-grant"


class DynamoRoleBook:
    """Keeps a request, which becomes the grant, twice: among all, and with those of its subject.

    Both change in one transaction, and only from what they were before; so the first of two who
    decide at once counts, and every read is of the latest. A sign-in takes one query.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._table = Table(clients, table, RoleGrant, "the book of roles")

    def put(self, grant: RoleGrant, *, before: RoleGrant | None = None) -> bool:
        """Keep a new request, or a grant in place of what it was before."""
        is_new = before is None
        return self._table.write(
            [
                Write(partition, grant.grant_id, item, if_new=is_new, if_value=before)
                for partition in (_BOOK, _of(grant.subject))
                for item in [Item(partition, grant.grant_id, grant)]
            ]
        )

    def find(self, grant_id: str) -> RoleGrant:
        """Return a request or grant."""
        found = self._table.get(_BOOK, grant_id)
        if found is None:
            raise UnknownRoleGrant(grant_id)
        return found

    def grants(self) -> list[RoleGrant]:
        """Return every request and grant."""
        kept = [item.value for item in self._table.query(_BOOK)]
        return sorted(kept, key=lambda grant: (grant.requested_at, grant.grant_id))

    def roles_of(self, subject: str, *, at: datetime) -> AbstractSet[Role]:
        """Return the roles in force of a subject."""
        theirs = (item.value for item in self._table.query(_of(subject)))
        return frozenset(grant.role for grant in theirs if grant.holds_at(at))


def _of(subject: str) -> str:
    return f"{_BOOK}-of#{subject}"
