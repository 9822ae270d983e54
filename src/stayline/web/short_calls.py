"""Which calls are answered in the fast lane: one score for somebody who waits for it."""

from stayline.web.api import predictions
from stayline.web.calls import Answer, Call
from stayline.web.gateway import Gateway


class ShortCalls:
    """Answers single predictions at once; a batch goes the long way, lest it hold up others."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def takes(self, path: str) -> bool:
        """Whether it is an address that predicts."""
        return path == predictions.PATH

    def answer(self, call: Call) -> Answer | None:
        """Return the answer to a single prediction, None for a batch."""
        if b'"instances"' in call.body or (call.header(b"content-type") or "").startswith("text/"):
            return None
        return predictions.answer_prediction(call, self._gateway)
