"""The import ledger in SQLite."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import imports
from stayline.ports.import_ledger import ImportRecord


class SqliteImportLedger:
    """Keeps one row per file and schema."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, file_digest: str, schema_digest: str) -> ImportRecord | None:
        """Return the record of that import."""
        with reading(self._engine) as connection:
            row = connection.execute(
                sa.select(imports).where(*_key(file_digest, schema_digest))
            ).one_or_none()
        return None if row is None else ImportRecord(**row._mapping)

    def start(self, record: ImportRecord) -> None:
        """Write down that an import begins."""
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(imports).values(**asdict(record)))
            except IntegrityError:
                return

    def complete(
        self, file_digest: str, schema_digest: str, *, at: datetime, rows: int, rejected: int
    ) -> None:
        """Write down that the import is finished."""
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(imports)
                .where(*_key(file_digest, schema_digest))
                .values(completed_at=at, rows=rows, rejected=rejected)
            )

    def records(self) -> list[ImportRecord]:
        """Return all imports, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(imports).order_by(imports.c.started_at)).all()
        return [ImportRecord(**row._mapping) for row in rows]


def _key(file_digest: str, schema_digest: str) -> tuple[sa.ColumnElement[bool], ...]:
    return imports.c.file_digest == file_digest, imports.c.schema_digest == schema_digest
