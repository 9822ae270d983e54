"""The server's log: one JSON object a line, with the request's id and never a person's data."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request under way; every line that is logged meanwhile carries it."""
_OURS = "stayline"
_FIGURES = (
    "route", "status", "duration_ms", "variant", "source",
    "job", "scheduled_for", "attempt", "outcome",
)  # fmt: skip
_access = logging.getLogger("stayline.web.access")


class JsonLines(logging.Formatter):
    """Writes a record as one line.

    Of an exception the line tells the kind and the place, never its words; of other libraries'
    messages the first line, since further ones may show values.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        message = record.getMessage()
        if record.name.partition(".")[0] != _OURS:
            message = message.partition("\n")[0]
        line: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            "request_id": REQUEST_ID.get(),
        }
        line |= {name: getattr(record, name) for name in _FIGURES if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["place"] = "".join(traceback.format_tb(record.exc_info[2]))
        return msgspec.json.encode(line).decode()


@contextmanager
def json_logs(level: str) -> Iterator[None]:
    """Write what is logged meanwhile to the error stream, one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def log_access(
    route: str,
    status: int,
    duration_ms: float | None,
    *,
    variant: str | None = None,
    source: str | None = None,
) -> None:
    """Log that a request was answered: as an error if we failed, else only where INFO is wanted.

    ``route`` is the template of the address, since addresses themselves hold HR ids.
    """
    level = logging.ERROR if status >= 500 else logging.INFO
    if _access.isEnabledFor(level):
        figures = {
            "route": route,
            "status": status,
            "duration_ms": None if duration_ms is None else round(duration_ms, 3),
            "variant": variant,
            "source": source,
        }
        _access.log(level, "answered", extra=figures)
