"""The score board in SQLite."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.aged_rows import one_of, row_ages
from stayline.adapters.embedded.database import reading, scrub, writing
from stayline.adapters.embedded.kept_scores import (
    FORGOTTEN,
    OWN,
    earlier_of,
    highest_risks,
    put_statement,
    risks_of,
)
from stayline.adapters.embedded.quick_access import quick_write
from stayline.adapters.embedded.scoring_lock import scoring_alone
from stayline.adapters.embedded.scoring_runs import ScoringRuns
from stayline.adapters.embedded.tables import (
    explained_models,
    microseconds,
    scores,
)
from stayline.adapters.embedded.token_aliases import known_as
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.domain.risk_score import FieldValue, ModelIdentity, Reason
from stayline.formats.kept_reasons import read_reasons
from stayline.ports.aged_records import NOBODY
from stayline.ports.score_board import BoardEntry, KeptRisk, ScoringRun

_IN_LIMIT = 500
_PATIENCE_MS = 5
_GIVEN = [name for name in OWN if name != "run"]


class SqliteScoreBoard:
    """Keeps one row a person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._put = put_statement(engine)
        self._runs = ScoringRuns(engine)

    def put(self, entries: Sequence[BoardEntry]) -> bool:
        """Keep these scores unless somebody else writes just now."""
        rows = [_row(entry) | {"scored_at": microseconds(entry.scored_at)} for entry in entries]
        cells = [tuple(row[name] for name in _GIVEN) for row in rows]
        return not cells or quick_write(self._engine, self._put, cells, patience_ms=_PATIENCE_MS)

    def find(self, token: EmployeeToken) -> BoardEntry | None:
        """Return the kept score of a person, under whichever of their tokens it stands."""
        with reading(self._engine) as connection:
            row = connection.execute(_ENTRIES.where(scores.c.token == token)).one_or_none()
            if row is None:
                theirs = scores.c.token.in_(known_as(connection, token))
                newest_first = _ENTRIES.where(theirs).order_by(scores.c.scored_at.desc())
                row = connection.execute(newest_first.limit(1)).one_or_none()
        return None if row is None else replace(_entry(row), token=token)

    def risks(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, KeptRisk]:
        """Return the kept scores of those of these people who have one."""
        return risks_of(self._engine, tokens)

    def highest(self, limit: int) -> list[KeptRisk]:
        """Return at most so many kept scores, highest risk first."""
        return highest_risks(self._engine, limit)

    def entries(self, limit: int | None = None) -> list[BoardEntry]:
        """Return the kept scores, highest risk first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                _ENTRIES.order_by(scores.c.risk.desc(), scores.c.token).limit(limit)
            ).all()
        return [_entry(row) for row in rows]

    def erase(self, token: EmployeeToken) -> bool:
        """Remove a person's score."""
        with writing(self._engine) as connection:
            theirs = scores.c.token.in_(known_as(connection, token))
            gone = connection.execute(sa.delete(scores).where(theirs))
        return gone.rowcount > 0

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the scores are."""
        token = scores.c.token
        return row_ages(
            self._engine, scores.c.scored_at, before,
            source=scores, is_held=one_of(token, held), token=token,
        )  # fmt: skip

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove scores from before that time, with the inputs in their reasons."""
        is_free = sa.not_(one_of(scores.c.token, held))
        due = sa.and_(scores.c.scored_at < before, is_free)
        is_past = sa.and_(scores.c.earlier_at < before, is_free)
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(scores).where(due)).rowcount
            connection.execute(sa.update(scores).where(is_past).values(FORGOTTEN))
        scrub(self._engine, scores)
        return gone

    def take_down(self, tokens: Collection[EmployeeToken]) -> None:
        """Remove these people's scores, some hundred at a time, so that nobody waits long."""
        self._take_down(list(tokens), sa.true())

    def take_down_older(self, run: ScoringRun) -> None:
        """Remove every score from before a run began."""
        self._take_down(self._runs.older(run), scores.c.run.is_distinct_from(run.number))

    def _take_down(self, tokens: list[EmployeeToken], where: sa.ColumnElement[bool]) -> None:
        for start in range(0, len(tokens), _IN_LIMIT):
            those = scores.c.token.in_(tokens[start : start + _IN_LIMIT])
            with writing(self._engine) as connection:
                connection.execute(sa.delete(scores).where(those, where))

    def scoring_alone(self) -> AbstractContextManager[None]:
        """Hold the only run over everyone."""
        return scoring_alone(self._engine)

    def begin_run(
        self, model: ModelIdentity, assumed: Mapping[str, FieldValue], *, at: datetime
    ) -> ScoringRun:
        """Note that a run over everyone begins, by a model with these inputs."""
        return self._runs.begin(model, assumed, at)

    def unfinished_run(self) -> ScoringRun | None:
        """Return the newest run unless it came to its end."""
        return self._runs.unfinished()

    def keep(
        self, run: ScoringRun, scored: pl.DataFrame, values: pl.DataFrame, *, scored_at: datetime
    ) -> None:
        """Keep a chunk's scores and how far the run has come, both or neither."""
        self._runs.keep(run, scored, values, scored_at)

    def end_run(self, run: ScoringRun, *, at: datetime) -> None:
        """Note that a run has come to its end."""
        self._runs.end(run, at)


_ENTRIES = sa.select(scores, explained_models.c.inputs).join(
    explained_models, scores.c.model_digest == explained_models.c.model_digest, isouter=True
)


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
        "base_risk": entry.base_risk,
        "explained": None,
    }


def _entry(row: sa.Row[Any]) -> BoardEntry:
    reasons = (
        msgspec.json.decode(row.reasons, type=tuple[Reason, ...])
        if row.explained is None
        else read_reasons(row.explained, row.inputs)
    )
    return BoardEntry(
        token=EmployeeToken(row.token),
        risk=row.risk,
        band=Band(row.band),
        reasons=reasons,
        model=ModelIdentity(row.model_version, row.model_digest),
        scored_at=row.scored_at,
        prediction_id=row.prediction_id,
        base_risk=row.base_risk,
        earlier=earlier_of(row),
    )
