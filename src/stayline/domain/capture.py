"""One scored request and its answer, as it is written down."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One scored request: the model's input and output as JSON text, and when."""

    event_id: str
    inferred_at: datetime
    request: str
    answer: str
    inference_id: str | None = None
