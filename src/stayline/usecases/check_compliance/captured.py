"""The captured answers of a window, one after the other, read block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stayline.formats.captured_lines import captured_lines
from stayline.ports.capture_log import CaptureLog


@dataclass(frozen=True, slots=True)
class Captured:
    """One captured answer; ``request`` is the model's input as JSON text."""

    event_id: str
    at: datetime
    request: str
    risk: float
    token: str | None
    model_version: int | None


def captured(capture: CaptureLog, since: datetime, until: datetime) -> Iterator[Captured]:
    """Yield what was captured with ``since <= at < until``; lines that are torn are left out."""
    for block in capture.blocks(since, until):
        lines = captured_lines(block.lines)
        for event_id, time, request, answer in zip(
            lines.event_ids, lines.times, lines.requests, lines.answers, strict=True
        ):
            at = datetime.fromisoformat(time)
            if since <= at < until:
                yield Captured(
                    event_id, at, request, answer.risk, answer.token, answer.model_version
                )
