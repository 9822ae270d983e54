"""The waiver book in SQLite."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.tables import waivers
from stayline.domain.waivers import Waiver


class SqliteWaiverBook:
    """Keeps one row a waiver."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def file(self, waiver: Waiver) -> None:
        """Keep a waiver."""
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(waivers).values(**asdict(waiver)))
            except IntegrityError:
                return

    def waivers(self) -> list[Waiver]:
        """Return all waivers, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(waivers).order_by(waivers.c.filed_at, waivers.c.waiver_id)
            ).all()
        return [Waiver(**row._mapping) for row in rows]

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)
