"""The online side of outcomes: each person's last day, for reads in microseconds."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from stayline.adapters.delta.fact_frames import last_day, newest_facts
from stayline.adapters.embedded.database import reading, writing
from stayline.adapters.embedded.online_features import newer_wins, note
from stayline.adapters.embedded.quick_access import quick_rows
from stayline.adapters.embedded.tables import last_days, microseconds
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

_CHUNK = 20_000
_LEFT = """
SELECT day.token FROM last_days AS day JOIN online_records AS record ON record.token = day.token
WHERE day.last_day <= ?
AND (record.event_time <= day.event_time OR record.event_time < day.last_day + 86400000000)
"""
"""Whose last day has come, unless later features tell that the person is back."""


class LastDays:
    """Keeps what the newest outcome says of each person: a last day, or none."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._upsert = newer_wins(engine, last_days)

    def put(
        self,
        group: str,
        outcomes: pl.DataFrame,
        *,
        commit: Callable[[], int],
        afresh: bool = False,
    ) -> None:
        """Keep the newest outcome of each person; ``commit`` as in `OnlineFeatures.put`."""
        rows = (
            newest_facts(outcomes)
            .sort(TOKEN)
            .select(
                TOKEN,
                pl.col(EVENT_TIME, WRITE_TIME).dt.epoch("us"),
                last_day(outcomes).dt.epoch("us").alias("last_day"),
            )
        )
        with writing(self._engine) as connection:
            if afresh:
                connection.execute(sa.delete(last_days))
            for chunk in rows.iter_slices(_CHUNK):
                connection.exec_driver_sql(self._upsert, chunk.rows())
            note(connection, group, commit())

    def who_left(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are employed no longer."""
        found = quick_rows(self._engine, f"{_LEFT} AND day.token IN ", tokens, (microseconds(at),))
        return {EmployeeToken(row[0]) for row in found}

    def everyone_who_left(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone who is employed no longer."""
        with reading(self._engine) as connection:
            tokens = connection.exec_driver_sql(_LEFT, (microseconds(at),)).scalars()
            return {EmployeeToken(token) for token in tokens}
