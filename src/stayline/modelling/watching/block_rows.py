"""Blocks of captured lines as rows of one window and model version; what is left out is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress

import polars as pl

from stayline.domain.capture import CaptureBlock
from stayline.domain.monitoring import Window
from stayline.formats.capture_blocks import HOUR
from stayline.formats.captured_lines import NO_ANSWER, NO_RECORD, CapturedLines, captured_lines
from stayline.modelling.watching.request_frames import RequestFrames

OTHER_VERSION = "other version"
CLOCK_JUMP = "clock jump"
_AT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A block whose requests are being read."""

    answered: pl.DataFrame
    requests: Sequence[str]
    reading: Future[pl.DataFrame]


class BlockRows:
    """Reads blocks one after the other and counts as it goes.

    ``lines`` are those of the window, so a sound answer of another time is none; ``hours`` are
    those with an answer, ``versions`` how many answers of the window each model version gave.
    """

    def __init__(
        self,
        requests: RequestFrames,
        window: Window,
        *,
        model_version: int | None,
        tolerance: timedelta,
    ) -> None:
        self._requests = requests
        self._window = window
        self._version = model_version
        self._tolerance = tolerance
        self._last: tuple[str, datetime | None] = ("", None)
        self.lines = 0
        self.faults = Counter[str]()
        self.versions = Counter[int | None]()
        self.hours: set[datetime] = set()

    def frames(self, blocks: Iterable[CaptureBlock]) -> Iterator[pl.DataFrame]:
        """Yield the rows of each block, at least one frame; the next block is begun meanwhile."""
        begun = self._begin(CaptureBlock("", self._window.start, b""))
        for block in blocks:
            coming = self._begin(block)
            yield self._finish(begun)
            begun = coming
        yield self._finish(begun)

    def _begin(self, block: CaptureBlock) -> _Begun:
        lines = captured_lines(block.lines)
        self.lines += lines.lines
        self.faults += lines.faults
        answered = _answered(lines)
        at = answered["inferred_at"]
        self.faults[NO_RECORD] += at.null_count()
        is_inside = at.is_between(self._window.start, self._window.end, closed="left")
        self._count_jumps(block, at, is_inside)
        inside = answered.filter(is_inside)
        self.hours.update(inside["inferred_at"].dt.truncate("1h").unique())
        self.versions.update(dict(inside["model_version"].value_counts().iter_rows()))
        kept = is_inside.fill_null(value=False)
        if self._version is not None:
            is_ours = answered["model_version"].eq_missing(self._version)
            self.faults[OTHER_VERSION] += int((kept & ~is_ours).sum())
            kept &= is_ours
        requests = lines.requests if kept.all() else list(compress(lines.requests, kept))
        return _Begun(answered.filter(kept), requests, self._requests.start(requests))

    def _finish(self, begun: _Begun) -> pl.DataFrame:
        asked, foreign = self._requests.finish(begun.requests, begun.reading)
        frame = begun.answered.hstack(asked)
        if foreign:
            self.faults[NO_ANSWER] += len(foreign)
            frame = frame.filter(~pl.int_range(pl.len()).is_in(foreign))
        return frame

    def _count_jumps(self, block: CaptureBlock, at: pl.Series, is_inside: pl.Series) -> None:
        at, is_inside = at.drop_nulls(), is_inside.drop_nulls()
        if at.is_empty():
            return
        place, last = self._last
        before = at.shift(fill_value=last if place == block.place and last else at[0])
        is_jump = (
            (at < block.hour - self._tolerance)
            | (at >= block.hour + HOUR + self._tolerance)
            | (at - before < -self._tolerance)
        )
        self._last = block.place, at[-1]
        self.faults[CLOCK_JUMP] += int(is_jump.sum())
        self.lines -= int((~is_inside & ~is_jump).sum())


def _answered(lines: CapturedLines) -> pl.DataFrame:
    answers = lines.answers
    columns: Mapping[str, tuple[Sequence[object], pl.DataType]] = {
        "event_id": (lines.event_ids, pl.String()),
        "inference_id": (lines.inference_ids, pl.String()),
        "inferred_at": (lines.times, pl.String()),
        "token": ([answer.token for answer in answers], pl.String()),
        "risk": ([answer.risk for answer in answers], pl.Float64()),
        "band": ([answer.band for answer in answers], pl.Categorical()),
        "model_version": ([answer.model_version for answer in answers], pl.Int64()),
        "variant": (lines.variants, pl.Categorical()),
    }
    frame = pl.DataFrame(
        [pl.Series(name, values, dtype=kind) for name, (values, kind) in columns.items()]
    )
    instant = pl.col("inferred_at").str.to_datetime(
        "%+", time_unit="us", time_zone="UTC", strict=False
    )
    return frame.with_columns(instant)
