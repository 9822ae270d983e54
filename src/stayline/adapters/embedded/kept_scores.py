"""Rows of kept scores: how they are written, and what becomes of the score that stood there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from stayline.adapters.embedded.bulk import upsert
from stayline.adapters.embedded.portable_sql import month_of
from stayline.adapters.embedded.quick_access import quick_all, quick_rows
from stayline.adapters.embedded.tables import instant, scores, scoring_runs
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.score_board import EarlierScore, KeptRisk

_EARLIER = {
    "earlier_risk": "risk",
    "earlier_version": "model_version",
    "earlier_digest": "model_digest",
    "earlier_at": "scored_at",
}
OWN = [column.name for column in scores.columns if column.name not in _EARLIER]
"""The columns of the score that stands."""
FORGOTTEN: Mapping[str, None] = dict.fromkeys(_EARLIER)
"""The values of a row whose earlier score is gone."""
_BANDS = {band.value: band for band in Band}
_model = lru_cache(maxsize=64)(ModelIdentity)
_LIGHT = (
    "SELECT token, risk, band, model_version, model_digest, scored_at, prediction_id, base_risk, "
    "earlier_risk, earlier_version, earlier_digest, earlier_at FROM scores "
)


def put_statement(engine: sa.Engine) -> str:
    """Return the statement that keeps a score of now, as of the newest run, unless it is older."""
    newest_run = sa.select(sa.func.max(scoring_runs.c.position)).scalar_subquery()
    put = upsert(engine, _UNTYPED, ["token"], newest_by="scored_at", carried=_last_of_its_month)
    return _compiled(engine, put.values(_given() | {"run": newest_run}))


def keep_statement(engine: sa.Engine) -> str:
    """Return the statement that keeps a run's score, unless a newer one of the run stands."""
    keep = upsert(
        engine, _UNTYPED, ["token"],
        newest_by="scored_at", or_above="run", carried=_last_of_its_month,
    )  # fmt: skip
    return _compiled(engine, keep.values(_given()))


def risks_of(engine: sa.Engine, tokens: Sequence[EmployeeToken]) -> dict[EmployeeToken, KeptRisk]:
    """Return these people's kept scores without their reasons."""
    found = map(_light, quick_rows(engine, _LIGHT + "WHERE token IN ", tokens))
    return {one.token: one for one in found}


def highest_risks(engine: sa.Engine, limit: int) -> list[KeptRisk]:
    """Return kept scores without their reasons, highest risk first."""
    statement = _LIGHT + "ORDER BY risk DESC, token LIMIT ?"
    return [_light(row) for row in quick_all(engine, statement, (limit,))]


def earlier_of(row: sa.Row[Any]) -> EarlierScore | None:
    """Return what a row holds of a month before."""
    return _earlier(row.earlier_risk, row.earlier_version, row.earlier_digest, row.earlier_at)


_UNTYPED = sa.table(scores.name, *(sa.column(column.name) for column in scores.columns))


def _given() -> dict[str, Any]:
    return {name: sa.bindparam(name) for name in OWN}


def _compiled(engine: sa.Engine, statement: sa.Insert) -> str:
    return str(statement.compile(dialect=engine.dialect))


def _last_of_its_month(new: Any) -> Mapping[str, sa.ColumnElement[Any]]:
    """Return what a row keeps of a month before: the score it held, if that month is over."""
    stood = _UNTYPED.c
    is_over = month_of(stood.scored_at) < month_of(new.scored_at)
    return {
        name: sa.case((is_over, stood[source]), else_=stood[name])
        for name, source in _EARLIER.items()
    }


def _light(row: tuple[Any, ...]) -> KeptRisk:
    token, risk, band, version, digest, at, prediction_id, base_risk, *before = row
    old_risk, old_version, old_digest, old_at = before
    told = _earlier(old_risk, old_version, old_digest, None if old_at is None else instant(old_at))
    return KeptRisk(
        *(EmployeeToken(token), risk, _BANDS[band], _model(version, digest), instant(at)),
        *(prediction_id, base_risk, told),
    )


def _earlier(
    risk: float | None, version: int | None, digest: str | None, at: datetime | None
) -> EarlierScore | None:
    if risk is None or version is None or digest is None or at is None:
        return None
    return EarlierScore(risk, _model(version, digest), at)
