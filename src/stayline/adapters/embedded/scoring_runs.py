"""Runs over everyone in SQLite: a chunk's scores and how far the run has come land together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.bulk import upsert
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.kept_scores import keep_statement
from stayline.adapters.embedded.tables import (
    explained_models,
    microseconds,
    scores,
    scoring_runs,
)
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue, ModelIdentity
from stayline.errors import StoreUnavailable
from stayline.formats.kept_reasons import inputs_text, packed_reasons
from stayline.ports.feature_store import TOKEN
from stayline.ports.score_board import ScoringRun


class ScoringRuns:
    """Keeps runs, and the scores that they give."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._note_model = upsert(engine, explained_models, ["model_digest"])
        self._keep = keep_statement(engine)

    def begin(
        self, model: ModelIdentity, assumed: Mapping[str, FieldValue], at: datetime
    ) -> ScoringRun:
        """Note that a run begins."""
        inputs = {"model_digest": model.digest, "inputs": inputs_text(assumed)}
        run = {
            "model_version": model.version,
            "model_digest": model.digest,
            "started_at": at,
            "after": "",
            "by_band": "{}",
            "opted_out": 0,
            "gone": 0,
            "outside": 0,
        }
        with writing(self._engine) as connection:
            connection.execute(self._note_model, inputs)
            key = connection.execute(sa.insert(scoring_runs).values(run)).inserted_primary_key
        return ScoringRun(int(key[0]) if key else 0, model, at, "", {}, 0, 0)

    def unfinished(self) -> ScoringRun | None:
        """Return the newest run unless it came to its end."""
        newest = sa.select(scoring_runs).order_by(scoring_runs.c.position.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        if row is None or row.ended_at is not None:
            return None
        return ScoringRun(
            number=row.position,
            model=ModelIdentity(row.model_version, row.model_digest),
            started_at=row.started_at,
            after=row.after,
            by_band=msgspec.json.decode(row.by_band, type=dict[Band, int]),
            opted_out=row.opted_out,
            gone=row.gone,
            outside=row.outside or 0,
        )

    def keep(
        self, run: ScoringRun, scored: pl.DataFrame, values: pl.DataFrame, scored_at: datetime
    ) -> None:
        """Keep a chunk's scores and how far the run has come, both or neither."""
        rows = _rows(run, scored, values, scored_at)
        further = (
            sa.update(scoring_runs)
            .where(
                scoring_runs.c.position == run.number,
                scoring_runs.c.after < run.after,
                scoring_runs.c.ended_at.is_(None),
            )
            .values(
                after=run.after,
                by_band=msgspec.json.encode(run.by_band).decode(),
                opted_out=run.opted_out,
                gone=run.gone,
                outside=run.outside,
            )
        )
        with writing(self._engine) as connection:
            if connection.execute(further).rowcount != 1:
                problem = "another run over everyone is at work, and is further than this one."
                raise StoreUnavailable("The score board", problem)
            if rows:
                connection.exec_driver_sql(self._keep, rows)

    def older(self, run: ScoringRun) -> list[EmployeeToken]:
        """Return of whom there is a score from before a run began."""
        before = sa.select(scores.c.token).where(scores.c.run.is_distinct_from(run.number))
        with reading(self._engine) as connection:
            return [EmployeeToken(token) for token in connection.execute(before).scalars()]

    def end(self, run: ScoringRun, at: datetime) -> None:
        """Note that a run has come to its end."""
        ended = sa.update(scoring_runs).where(scoring_runs.c.position == run.number)
        with writing(self._engine) as connection:
            connection.execute(ended.values(ended_at=at))


def _rows(
    run: ScoringRun, scored: pl.DataFrame, values: pl.DataFrame, scored_at: datetime
) -> list[tuple[Any, ...]]:
    """Return the rows of the table, its columns in order."""
    at = microseconds(scored_at)
    version, digest = run.model.version, run.model.digest
    return [
        (token, risk, band, "[]", version, digest, at, None, base, packed, run.number)
        for (token, risk, band, base), packed in zip(
            scored.select(TOKEN, "risk", "band", "base_risk").iter_rows(),
            packed_reasons(scored.get_column("contributions"), values),
            strict=True,
        )
    ]
