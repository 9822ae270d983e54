"""Captured answers for the tests of what watches them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from stayline.domain.capture import CaptureBlock, CaptureRecord
from stayline.domain.monitoring import Window
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.capture_records import ContentRules, capture_line
from stores import ANA, HOUR, NOON

TOP = NOON.replace(minute=0, second=0, microsecond=0)
WINDOW = Window(TOP, TOP + 2 * HOUR)
INPUTS = (
    Column("Pay", Kind.NUMBER, Role.FEATURE, minimum=0),
    Column("Site", Kind.CATEGORY, Role.FEATURE, categories=("North", "South")),
    Column("OverTime", Kind.FLAG, Role.FEATURE),
    Column("Since", Kind.DATE, Role.FEATURE),
)
ROW: Mapping[str, object] = {"Pay": 10.5, "Site": "North", "OverTime": "Yes", "Since": "2020-02-29"}


def answered(
    event_id: str,
    at: datetime = NOON,
    request: Mapping[str, object] = ROW,
    *,
    token: str | None = ANA,
    version: int | None = 3,
    **changed: object,
) -> CaptureRecord:
    """Return an answered request as it is captured."""
    answer = {"token": token, "risk": 0.25, "band": "low", "model_version": version}
    record = CaptureRecord(
        event_id,
        at,
        msgspec.json.encode(request).decode(),
        msgspec.json.encode(answer).decode(),
        variant=f"version-{version}",
    )
    return replace(record, **changed)


def block(
    records: Iterable[CaptureRecord | bytes], hour: datetime = TOP, place: str = "w.jsonl"
) -> CaptureBlock:
    """Return one file's lines; bytes stand as they are."""
    rules = ContentRules()
    lines = [r if isinstance(r, bytes) else capture_line(r, rules) for r in records]
    return CaptureBlock(place, hour, b"".join(lines))


def minutes(count: float) -> timedelta:
    """Return a span."""
    return timedelta(minutes=count)
