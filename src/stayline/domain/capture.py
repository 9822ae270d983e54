"""One scored request and its answer, as it is written down."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.light_values import light_value


@light_value
class CaptureRecord:
    """One scored request: the model's input and output as JSON text, and when.

    ``request`` is a flat JSON object. The content types are those the caller spoke in; they decide
    in which form the two texts are kept, never what they say.
    """

    event_id: str
    inferred_at: datetime
    request: str
    answer: str
    inference_id: str | None = None
    custom_attributes: tuple[str, ...] = ()
    variant: str | None = None
    request_content_type: str = "application/json"
    answer_content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class CaptureBlock:
    """Lines of one captured file, in the order they were written, for who reads very many.

    ``hour`` is when the hour of the file's folder began; ``place`` tells one file from another.
    Every line is whole, but for the last of a file that was torn or is still being written.
    """

    place: str
    hour: datetime
    lines: bytes
