"""The metric log in SQLite: a row a point, and no series longer than a month of minutes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.alarm_tables import metric_points, metric_series
from stayline.adapters.embedded.bulk import upsert
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.tables import instant, microseconds
from stayline.domain.metric_points import MetricPoint

LONGEST_SERIES = 50_000
"""The newest points of a series that are kept: 34 days of minutes, or a century of days."""
_Row = tuple[int, int, float, str, float | None, float | None, int | None]


class SqliteMetricLog:
    """Keeps a row a point, by the number of its series."""

    def __init__(self, engine: sa.Engine, *, longest_series: int = LONGEST_SERIES) -> None:
        self._engine = engine
        self._longest = longest_series
        untyped = sa.table(
            metric_points.name, *(sa.column(column.name) for column in metric_points.columns)
        )
        put = upsert(engine, untyped, ["series", "at"])
        self._put = str(put.compile(dialect=engine.dialect))

    def put(self, points: Sequence[MetricPoint]) -> None:
        """Keep the points, all or none; of a series that has grown too long the oldest go."""
        if not points:
            return
        with writing(self._engine) as connection:
            known = _series(connection)
            rows: dict[tuple[int, int], _Row] = {}
            for point in points:
                key = (point.name, _canonical(point.dimensions))
                if key not in known:
                    known[key] = _new_series(connection, *key)
                number, at = known[key], microseconds(point.at)
                rows[number, at] = (
                    number, at, point.value, point.unit, point.low, point.high, point.n,
                )  # fmt: skip
            connection.exec_driver_sql(self._put, list(rows.values()))
            for number in {number for number, _ in rows}:
                _shorten(connection, number, self._longest)

    def points(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> list[MetricPoint]:
        """Return the points with ``since <= at < until``, oldest first."""
        wanted = dict(dimensions or {}).items()
        first = microseconds(since)
        last = microseconds(until) if until else 2**62
        found: list[MetricPoint] = []
        with reading(self._engine) as connection:
            for number, held in _series_of(connection, name):
                if wanted <= held.items():
                    rows = connection.exec_driver_sql(_POINTS, (number, first, last)).all()
                    found += _points(name, held, rows)
        return sorted(found, key=lambda point: point.at)

    def purge(self, before: datetime) -> int:
        """Remove the points of before that time, and series without any left."""
        old = metric_points.c.at < microseconds(before)
        held = sa.exists().where(metric_points.c.series == metric_series.c.series)
        with writing(self._engine) as connection:
            gone = connection.execute(sa.delete(metric_points).where(old)).rowcount
            connection.execute(sa.delete(metric_series).where(~held))
        return gone


_POINTS = (
    "SELECT at, value, unit, low, high, n FROM metric_points "
    "WHERE series = ? AND at >= ? AND at < ?"
)


def _series(connection: sa.Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(sa.select(metric_series)).all()
    return {(row.name, row.dimensions): row.series for row in rows}


def _new_series(connection: sa.Connection, name: str, dimensions: str) -> int:
    made = connection.execute(sa.insert(metric_series).values(name=name, dimensions=dimensions))
    return int(made.inserted_primary_key[0])  # type: ignore[index]  # a row was inserted


def _series_of(connection: sa.Connection, name: str) -> list[tuple[int, dict[str, str]]]:
    rows = connection.execute(sa.select(metric_series).where(metric_series.c.name == name)).all()
    return [(row.series, msgspec.json.decode(row.dimensions, type=dict[str, str])) for row in rows]


def _shorten(connection: sa.Connection, number: int, longest: int) -> None:
    """Remove the oldest points beyond the longest a series may be."""
    of_it = metric_points.c.series == number
    newest = sa.select(metric_points.c.at).where(of_it).order_by(metric_points.c.at.desc())
    oldest_kept = connection.execute(newest.offset(longest - 1).limit(1)).scalar_one_or_none()
    if oldest_kept is not None:
        connection.execute(sa.delete(metric_points).where(of_it, metric_points.c.at < oldest_kept))


def _points(
    name: str, dimensions: dict[str, str], rows: Iterable[Sequence[Any]]
) -> list[MetricPoint]:
    return [
        MetricPoint(name, instant(at), value, dimensions, unit, low, high, n)
        for at, value, unit, low, high, n in rows
    ]


def _canonical(dimensions: Mapping[str, str]) -> str:
    return msgspec.json.encode(dict(sorted(dimensions.items()))).decode()
