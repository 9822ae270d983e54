"""A window of captured answers as one frame, and what became of every line."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, timedelta

import polars as pl

from stayline.domain.capture import CaptureBlock
from stayline.domain.monitoring import Intake, Window
from stayline.domain.workforce_schema import Column, Kind
from stayline.formats.capture_blocks import HOUR
from stayline.modelling.watching.block_rows import BlockRows
from stayline.modelling.watching.request_frames import OddInputs, RequestFrames

DUPLICATE_EVENT = "duplicate event"
OTHER_SCHEMA = "other schema"
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CapturedWindow:
    """The answered requests of a window, one row each, and how they came to be these.

    ``frame``: ``event_id``, ``inference_id``, ``inferred_at`` (UTC), ``token`` (null for a nameless
    request), ``risk``, ``band``, ``model_version``, ``variant``, then the inputs: numbers Float64,
    dates Date, all others String. Rows stand by hour and file as they were written.

    ``versions`` counts the window's answers by model version, those left out of ``frame``, too.
    ``odd`` tells, column by column, which requests did not fit the inputs.
    """

    frame: pl.DataFrame
    intake: Intake
    versions: Mapping[int | None, int]
    odd: OddInputs


def captured_window(
    blocks: Iterable[CaptureBlock],
    *,
    inputs: Sequence[Column],
    window: Window,
    model_version: int | None = None,
    tolerance: timedelta = CLOCK_TOLERANCE,
) -> CapturedWindow:
    """Return the answers of one model version (None: of all) that were given in the window.

    ``inputs`` are the columns that the model reads. Of two records with one event id the first
    counts. A request that does not fit the inputs stays, with null where it does not fit, and is
    counted as `OTHER_SCHEMA`; one without any of them is left out as unreadable. An answer counts
    to the time that it names itself; where that is not in the hour of its file, or long before the
    line above it, it is a clock jump: counted, and kept if the time it names is in the window.
    """
    with closing(RequestFrames(inputs)) as requests:
        rows = BlockRows(requests, window, model_version=model_version, tolerance=tolerance)
        frame = pl.concat(rows.frames(blocks))
    is_first = frame.get_column("event_id").is_first_distinct()
    rows.faults[DUPLICATE_EVENT] += frame.height - int(is_first.sum())
    rows.faults[OTHER_SCHEMA] += requests.odd.rows
    frame = _with_words(frame if is_first.all() else frame.filter(is_first), inputs)
    return CapturedWindow(
        frame=frame,
        intake=Intake(rows.lines, frame.height, dict(+rows.faults), _empty_hours(window, rows)),
        versions=dict(rows.versions),
        odd=requests.odd,
    )


def last_of_each_person(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row a person, the last, so that who is asked about often does not count twice.

    A row without a token is of nobody in particular and stays. The order of rows is kept.
    """
    last = (
        frame.select("token", "inferred_at", row=pl.int_range(pl.len(), dtype=pl.UInt32))
        .filter(pl.col("token").is_not_null())
        .group_by("token")
        .agg(pl.col("row").sort_by("inferred_at", "row").last())
    )
    is_last = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(last["row"].implode())
    return frame.filter(pl.col("token").is_null() | is_last)


def _empty_hours(window: Window, rows: BlockRows) -> int:
    hour = window.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    empty = 0
    while hour < window.end:
        empty += hour not in rows.hours
        hour += HOUR
    return empty


def _with_words(frame: pl.DataFrame, inputs: Sequence[Column]) -> pl.DataFrame:
    """Return the frame with its words as text; rows of one word go on sharing its bytes."""
    words = [column.name for column in inputs if column.kind not in (Kind.NUMBER, Kind.DATE)]
    return frame.with_columns(pl.col("band", "variant", *words).cast(pl.String)).rechunk()
