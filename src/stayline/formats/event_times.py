"""Event times as the Feature Store's wire writes them."""

import re
from datetime import UTC, datetime, timedelta

EXPECTED = "yyyy-MM-dd'T'HH:mm:ssZ, with or without fractions, or seconds since 1970"

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2}))?", re.ASCII
)
_SECONDS = re.compile(r"\d{1,11}(\.\d{1,9})?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_event_time(text: str) -> datetime | None:
    """Return the instant in UTC, to the microsecond; None when it is none.

    >>> parse_event_time("2026-03-01T13:00:00.5+01:00").isoformat()
    '2026-03-01T12:00:00.500000+00:00'
    >>> parse_event_time("2026-03-01") == parse_event_time("1772323200")
    True
    """
    text = text.strip()
    found = _INSTANT.fullmatch(text)
    try:
        if found is None:
            seconds = _SECONDS.fullmatch(text)
            return _EPOCH + timedelta(seconds=float(text)) if seconds else None
        day, clock, fraction, zone = found.groups()
        written = f"{day}T{clock or '00:00:00'}.{(fraction or '0')[:6].ljust(6, '0')}"
        return datetime.fromisoformat(written + (zone or "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def event_time_text(instant: datetime) -> str:
    """Return an instant as it is written on the wire.

    >>> event_time_text(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00Z'
    """
    spec = "microseconds" if instant.microsecond else "seconds"
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"
