"""Evaluation files as JSON: equal reports give equal bytes, and torn files a clear error."""

from typing import TypeVar

import msgspec

from stayline.errors import ReportUnreadable

Report = TypeVar("Report", bound=msgspec.Struct)


def encode(report: msgspec.Struct) -> bytes:
    """Return the report as indented JSON, its keys in the order of the form."""
    return msgspec.json.format(msgspec.json.encode(report)) + b"\n"


def decode(data: bytes, form: type[Report], name: str) -> Report:
    """Return the report in ``data``; keys that the form does not have are left out.

    ``name`` is what the file is called in the message of `ReportUnreadable`.
    """
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ReportUnreadable(name, str(error)) from error
