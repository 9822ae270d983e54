"""SageMaker's data-capture records: one JSON object a line."""

from datetime import datetime

import msgspec

from stayline.domain.capture import CaptureRecord


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


class _Line(msgspec.Struct, rename="camel"):
    capture_data: _CaptureData
    event_metadata: _EventMetadata
    event_version: str = "0"


_DECODER = msgspec.json.Decoder(_Line)


def capture_line(record: CaptureRecord) -> bytes:
    """Return the record as one line, with its end."""
    line = _Line(
        _CaptureData(
            _Data("application/json", "INPUT", record.request, "JSON"),
            _Data("application/json", "OUTPUT", record.answer, "JSON"),
        ),
        _EventMetadata(record.event_id, record.inferred_at, record.inference_id),
    )
    return msgspec.json.encode(line) + b"\n"


def read_capture_line(line: bytes) -> CaptureRecord | None:
    """Return the record of one line, or None when it is not one."""
    try:
        read = _DECODER.decode(line)
    except msgspec.MsgspecError:
        return None
    return CaptureRecord(
        event_id=read.event_metadata.event_id,
        inferred_at=read.event_metadata.inference_time,
        request=read.capture_data.endpoint_input.data,
        answer=read.capture_data.endpoint_output.data,
        inference_id=read.event_metadata.inference_id,
    )
