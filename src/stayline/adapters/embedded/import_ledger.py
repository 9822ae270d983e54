"""The import ledger in SQLite."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import imports
from stayline.ports.import_ledger import ImportRecord

_FIELDS = [column for column in imports.c if column is not imports.c.position]


class SqliteImportLedger:
    """Keeps one row per file, schema and event time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(
        self, file_digest: str, schema_digest: str, event_time: datetime | None = None
    ) -> ImportRecord | None:
        """Return the record of that import; without an event time, an unfinished or the newest."""
        chosen = _of_file(file_digest, schema_digest)
        if event_time is not None:
            chosen = chosen.where(imports.c.event_time == event_time)
        newest = chosen.order_by(imports.c.completed_at.is_not(None), imports.c.position.desc())
        with reading(self._engine) as connection:
            row = connection.execute(newest.limit(1)).one_or_none()
        return None if row is None else ImportRecord(**row._mapping)

    def start(self, record: ImportRecord) -> None:
        """Write down that an import begins."""
        with writing(self._engine) as connection:
            if connection.execute(sa.select(imports).where(*_same(record))).first() is None:
                connection.execute(sa.insert(imports).values(**asdict(record)))

    def complete(self, record: ImportRecord, *, at: datetime, rows: int, rejected: int) -> None:
        """Write down that the import is finished."""
        with writing(self._engine) as connection:
            connection.execute(
                sa.update(imports)
                .where(*_same(record))
                .values(completed_at=at, rows=rows, rejected=rejected)
            )

    def records(self) -> list[ImportRecord]:
        """Return all imports, oldest first."""
        in_order = (imports.c.started_at, imports.c.position)
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(*_FIELDS).order_by(*in_order)).all()
        return [ImportRecord(**row._mapping) for row in rows]


def _of_file(file_digest: str, schema_digest: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(*_FIELDS).where(
        imports.c.file_digest == file_digest, imports.c.schema_digest == schema_digest
    )


def _same(record: ImportRecord) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        imports.c.file_digest == record.file_digest,
        imports.c.schema_digest == record.schema_digest,
        imports.c.event_time.is_not_distinct_from(record.event_time),
    )
