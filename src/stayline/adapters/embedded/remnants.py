"""The free space of SQLite's pages, which may hold copies of rows that were removed."""

from collections.abc import Sequence

import sqlalchemy as sa

from stayline.adapters.embedded.database import rewrite


class SqliteRemnants:
    """Writes each database anew."""

    def __init__(self, engines: Sequence[sa.Engine]) -> None:
        self._engines = engines

    def overwrite(self) -> None:
        """Leave no copies."""
        for engine in self._engines:
            rewrite(engine)
