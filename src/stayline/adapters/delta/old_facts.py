"""Which facts of a history are old and superseded."""

from datetime import datetime

import polars as pl

from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME


def old_facts(clocks: pl.DataFrame, before: datetime) -> pl.DataFrame:
    """Return the facts from before a time, without the newest of each person, which still holds.

    ``clocks`` has token, event time and write time of every fact.
    """
    old = clocks.filter(pl.col(EVENT_TIME) < before)
    of_theirs = clocks.join(old, on=TOKEN, how="semi")  # ranking everybody's takes a second
    is_newest = pl.struct(EVENT_TIME, WRITE_TIME).rank("ordinal", descending=True).over(TOKEN) == 1
    return of_theirs.filter(pl.col(EVENT_TIME) < before, ~is_newest)
