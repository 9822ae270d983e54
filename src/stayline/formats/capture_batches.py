"""Records that were answered together as the lines that are kept of them, hour by hour."""

import zlib
from collections.abc import Mapping, Sequence

from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_blocks import hour_folder
from stayline.formats.capture_records import ContentRules, capture_line


def lines_by_hour(
    records: Sequence[CaptureRecord], rules: ContentRules, sampling_percent: int
) -> Mapping[str, list[bytes]]:
    """Return the lines by the folder ``yyyy/mm/dd/hh`` of their hour, in their order.

    Of ``sampling_percent`` in 100 records the event id decides, so the same record is always in or
    always out.
    """
    lines: dict[str, list[bytes]] = {}
    at, hour = None, ""
    for record in records:
        if sampling_percent >= 100 or _share(record.event_id) < sampling_percent:
            if record.inferred_at is not at:  # mostly they were answered together
                at, hour = record.inferred_at, hour_folder(record.inferred_at)
            lines.setdefault(hour, []).append(capture_line(record, rules))
    return lines


def _share(event_id: str) -> int:
    return zlib.crc32(event_id.encode()) % 100
