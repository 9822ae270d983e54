"""What a captured request asked the model, read back from its record."""

import msgspec

from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue


class _Answer(msgspec.Struct):
    token: str | None = None


_VALUES = msgspec.json.Decoder(dict[str, FieldValue])
_ANSWER = msgspec.json.Decoder(_Answer)


def captured_inputs(
    record: CaptureRecord,
) -> tuple[dict[str, FieldValue], EmployeeToken | None] | None:
    """Return the model inputs by name, and of whom they are; None for a record of another form."""
    try:
        values, answer = _VALUES.decode(record.request), _ANSWER.decode(record.answer)
    except msgspec.MsgspecError:
        return None
    return values, None if answer.token is None else EmployeeToken(answer.token)
