"""Which calls are answered in the fast lane: one score for somebody who waits for it."""

from stayline.web.api import predictions
from stayline.web.calls import Answer, Call
from stayline.web.gateway import Gateway
from stayline.web.logs import REQUEST_ID
from stayline.web.request_ids import RESPONSE_HEADER, request_id
from stayline.web.runtime.invocations import (
    CONTAINER_PATH,
    answer_container,
    answer_endpoint,
    endpoint_path,
)


class ShortCalls:
    """Answers single predictions at once; a batch goes the long way, lest it hold up others."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._answers = {
            predictions.PATH: predictions.answer_prediction,
            CONTAINER_PATH: answer_container,
            endpoint_path(gateway.settings.endpoint_name): answer_endpoint,
        }

    def takes(self, path: str) -> bool:
        """Whether it is an address that predicts."""
        return path in self._answers

    def answer(self, call: Call) -> Answer | None:
        """Return the answer to a single prediction, None for a batch."""
        if len(call.body) > self._gateway.settings.max_body_bytes:
            return None
        if b"\\" in call.body or call.body.startswith(b"\xef\xbb\xbf"):
            return None  # names may be hidden in escapes
        if not _is_json(call) or b'"instances"' in call.body or call.body.lstrip()[:1] == b"[":
            return None
        named = request_id(call.headers)
        before = REQUEST_ID.set(named)
        try:
            answer = self._answers[call.path](call, self._gateway)
        finally:
            REQUEST_ID.reset(before)
        headers = (*answer.headers, (RESPONSE_HEADER, named.encode("ascii")))
        return Answer(answer.status, headers, answer.body)


def _is_json(call: Call) -> bool:
    """Whether it is JSON; only there a short look tells one row from many."""
    kind = call.header(b"content-type") or ""
    return kind.startswith("application/json") and not kind.startswith("application/jsonlines")
