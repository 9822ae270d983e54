"""SageMaker's data-capture records: one JSON object a line.

What the form has no field for stands behind the caller's own custom attributes, since readers of
the form look at the first of those: ``stayline-variant=NAME``, and for a request kept as CSV, which
has no header there, ``stayline-columns=["Age",...]``.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime

import msgspec

from stayline.domain.capture import CaptureRecord
from stayline.formats.csv_rows import csv_row, json_object

VARIANT = "stayline-variant="
COLUMNS = "stayline-columns="


class _Data(msgspec.Struct, rename="camel"):
    observed_content_type: str
    mode: str
    data: str
    encoding: str


class _CaptureData(msgspec.Struct, rename="camel"):
    endpoint_input: _Data
    endpoint_output: _Data


class _EventMetadata(msgspec.Struct, rename="camel", omit_defaults=True):
    event_id: str
    inference_time: datetime
    inference_id: str | None = None
    custom_attributes: list[str] | None = None


class _Line(msgspec.Struct, rename="camel"):
    capture_data: _CaptureData
    event_metadata: _EventMetadata
    event_version: str = "0"


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class ContentRules:
    """Which content types are kept readable; all others become BASE64, as SageMaker does it."""

    csv: frozenset[str] = frozenset({"text/csv"})
    json: frozenset[str] = frozenset({"application/json", "application/jsonlines"})

    def encoding(self, content_type: str) -> str:
        """Return ``CSV``, ``JSON`` or ``BASE64``; parameters and case do not matter.

        >>> ContentRules().encoding("Text/CSV; charset=utf-8")
        'CSV'
        """
        if content_type not in self.csv and content_type not in self.json:
            content_type = content_type.partition(";")[0].strip().lower()
        if content_type in self.csv:
            return "CSV"
        return "JSON" if content_type in self.json else "BASE64"


def capture_line(record: CaptureRecord, rules: ContentRules) -> bytes:
    """Return the record as one line, with its end.

    The request is one CSV row, a JSON object or BASE64 of it, by its content type. The answer holds
    more than a CSV answer would (the token, the model's version): it is JSON, or BASE64 of it.
    """
    attributes = list(record.custom_attributes)
    if record.variant is not None or (attributes and attributes[-1].startswith(VARIANT)):
        attributes.append(VARIANT + (record.variant or ""))
    request, encoding = record.request, rules.encoding(record.request_content_type)
    if encoding == "CSV":
        columns, request = csv_row(request)
        attributes.append(COLUMNS + _ENCODER.encode(columns).decode())
    elif encoding == "BASE64":
        request = b64encode(request.encode()).decode()
    answer, kept_as = record.answer, rules.encoding(record.answer_content_type)
    if kept_as == "BASE64":
        answer = b64encode(answer.encode()).decode()
    else:
        kept_as = "JSON"
    line = _Line(
        _CaptureData(
            _Data(record.request_content_type, "INPUT", request, encoding),
            _Data(record.answer_content_type, "OUTPUT", answer, kept_as),
        ),
        _EventMetadata(
            record.event_id, record.inferred_at, record.inference_id, attributes or None
        ),
    )
    return _ENCODER.encode(line) + b"\n"


def read_capture_line(line: bytes) -> CaptureRecord | None:
    """Return the record of one line of any of the three encodings, or None when it is not one."""
    try:
        read = _DECODER.decode(line)
        attributes = read.event_metadata.custom_attributes or []
        asked, answered = read.capture_data.endpoint_input, read.capture_data.endpoint_output
        columns = attributes.pop() if asked.encoding == "CSV" else ""
        variant = attributes.pop() if attributes and attributes[-1].startswith(VARIANT) else ""
        return CaptureRecord(
            event_id=read.event_metadata.event_id,
            inferred_at=read.event_metadata.inference_time,
            request=_text(asked, columns),
            answer=_text(answered),
            inference_id=read.event_metadata.inference_id,
            custom_attributes=tuple(attributes),
            variant=variant.removeprefix(VARIANT) or None,
            request_content_type=asked.observed_content_type,
            answer_content_type=answered.observed_content_type,
        )
    except (ValueError, IndexError):  # msgspec's and base64's errors are ValueErrors
        return None


def _text(kept: _Data, columns: str = "") -> str:
    if kept.encoding == "CSV":
        names = msgspec.json.decode(columns.removeprefix(COLUMNS), type=list[str])
        return json_object(names, kept.data)
    if kept.encoding == "BASE64":
        return b64decode(kept.data, validate=True).decode()
    return kept.data
