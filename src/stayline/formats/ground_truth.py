"""SageMaker's ground truth: one label a line, by event or inference id."""

from datetime import datetime

import msgspec

from stayline.domain.outcomes import EventOutcome

_LABELS = {"1": True, "0": False, "1.0": True, "0.0": False}
_LONGEST_ID = 256


class LineRefused(ValueError):
    """A line that is no label; the message says what was expected, and quotes nothing."""

    def __init__(self, column: str, expected: str) -> None:
        self.column = column
        super().__init__(f"expected {expected}")


class _Data(msgspec.Struct):
    data: str | int | float
    encoding: str = "CSV"


class _Event(msgspec.Struct, rename="camel"):
    event_id: str


class _Line(msgspec.Struct, rename="camel"):
    ground_truth_data: _Data
    event_metadata: _Event


_DECODER = msgspec.json.Decoder(_Line)


def read_ground_truth_line(line: bytes, known_at: datetime) -> EventOutcome:
    """Return the label of a line: 1 means that the person left. Raises `LineRefused`.

    >>> told = b'{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"e"}}'
    >>> read_ground_truth_line(told, datetime(2026, 3, 1)).left
    True
    """
    try:
        read = _DECODER.decode(line)
    except msgspec.MsgspecError as error:
        what = "an object with groundTruthData and eventMetadata.eventId"
        raise LineRefused("line", what) from error
    left = _LABELS.get(str(read.ground_truth_data.data).strip())
    if left is None or read.ground_truth_data.encoding not in ("CSV", "JSON"):
        raise LineRefused("groundTruthData", "the label 0 or 1, as CSV")
    event_id = read.event_metadata.event_id
    if not 0 < len(event_id) <= _LONGEST_ID:
        raise LineRefused("eventId", f"an id of 1 to {_LONGEST_ID} characters")
    return EventOutcome(event_id, left, known_at)
