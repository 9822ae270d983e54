"""The granted roles in SQLite."""

from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.identity_tables import role_grants
from stayline.adapters.embedded.last_known import LastKnown
from stayline.adapters.embedded.quick_access import quick_rows
from stayline.adapters.embedded.tables import microseconds
from stayline.domain.role_grants import RoleGrant
from stayline.domain.roles import Role
from stayline.errors import StoreDamaged, UnknownRoleGrant

_IN_FORCE = (
    "SELECT role FROM role_grants WHERE revoked_at IS NULL AND granted_at <= ? AND expires_at > ? "
    "AND subject IN "
)


class SqliteRoleBook:
    """Keeps one row a request, which becomes the grant."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._held: LastKnown[str, AbstractSet[Role]] = LastKnown()

    def put(self, grant: RoleGrant, *, before: RoleGrant | None = None) -> bool:
        """Keep a new request, or a grant in place of what it was before."""
        table, values = role_grants, asdict(grant)
        if before is None:
            with writing(self._engine) as connection:
                connection.execute(sa.insert(table).values(values))
            return True
        unchanged = [table.c[name].is_not_distinct_from(kept) for name, kept in _kept(before)]
        with writing(self._engine) as connection:
            changed = connection.execute(sa.update(table).where(*unchanged).values(values))
        return changed.rowcount == 1

    def find(self, grant_id: str) -> RoleGrant:
        """Return a request or grant."""
        query = sa.select(role_grants).where(role_grants.c.grant_id == grant_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownRoleGrant(grant_id)
        return _grant(row)

    def grants(self) -> list[RoleGrant]:
        """Return every request and grant."""
        table = role_grants
        query = sa.select(table).order_by(table.c.requested_at, table.c.grant_id)
        with reading(self._engine) as connection:
            return [_grant(row) for row in connection.execute(query).all()]

    def roles_of(self, subject: str, *, at: datetime) -> AbstractSet[Role]:
        """Return the roles in force of a subject; those of before while the server is away."""
        return self._held.asked(subject, lambda: self._in_force(subject, at))

    def _in_force(self, subject: str, at: datetime) -> AbstractSet[Role]:
        instant = microseconds(at)
        rows = quick_rows(self._engine, _IN_FORCE, [subject], (instant, instant))
        held = frozenset(_role(row[0]) for row in rows)
        self._held.keep(subject, held)
        return held


def _kept(grant: RoleGrant) -> list[tuple[str, object]]:
    names = ("grant_id", "granted_at", "revoked_at")
    return [(name, getattr(grant, name)) for name in names]


def _grant(row: sa.Row[Any]) -> RoleGrant:
    values = dict(row._mapping)
    return RoleGrant(**values | {"role": _role(values["role"])})


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        raise StoreDamaged("The book of roles", "it holds a role of no known name.") from error
