"""The score board in SQLite."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import upsert
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import scores
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.ports.score_board import BoardEntry


class SqliteScoreBoard:
    """Keeps one row a person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._put = upsert(engine, scores, ["token"], newest_by="scored_at")

    def put(self, entries: Sequence[BoardEntry]) -> None:
        """Keep these scores; an older one never replaces a newer one."""
        if entries:
            with writing(self._engine) as connection:
                connection.execute(self._put, [_row(entry) for entry in entries])

    def find(self, token: EmployeeToken) -> BoardEntry | None:
        """Return the kept score of a person."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(scores).where(scores.c.token == token)).one_or_none()
        return None if row is None else _entry(row)

    def entries(self, limit: int | None = None) -> list[BoardEntry]:
        """Return the kept scores, highest risk first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(scores).order_by(scores.c.risk.desc(), scores.c.token).limit(limit)
            ).all()
        return [_entry(row) for row in rows]

    def erase(self, token: EmployeeToken) -> bool:
        """Remove a person's score."""
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(scores).where(scores.c.token == token))
        return gone.rowcount > 0


def _row(entry: BoardEntry) -> dict[str, Any]:
    return {
        "token": entry.token,
        "risk": entry.risk,
        "band": entry.band.value,
        "reasons": msgspec.json.encode(entry.reasons).decode(),
        "model_version": entry.model.version,
        "model_digest": entry.model.digest,
        "scored_at": entry.scored_at,
        "prediction_id": entry.prediction_id,
    }


def _entry(row: sa.Row[Any]) -> BoardEntry:
    return BoardEntry(
        token=EmployeeToken(row.token),
        risk=row.risk,
        band=Band(row.band),
        reasons=msgspec.json.decode(row.reasons, type=tuple[Reason, ...]),
        model=ModelIdentity(row.model_version, row.model_digest),
        scored_at=row.scored_at,
        prediction_id=row.prediction_id,
    )
