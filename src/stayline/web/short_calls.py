"""Which calls are answered in the fast lane: one score for somebody who waits for it."""

from collections.abc import Sequence

import msgspec

from stayline.web.answers import answer_calls
from stayline.web.api import predictions
from stayline.web.calls import Answer, Call
from stayline.web.gateway import Gateway
from stayline.web.logs import REQUEST_ID
from stayline.web.request_ids import RESPONSE_HEADER, request_id
from stayline.web.runtime.invocations import CONTAINER, CONTAINER_PATH, ENDPOINT, endpoint_path
from stayline.web.watch import Watch


class ShortCalls:
    """Answers single predictions at once; a batch goes the long way, lest it hold up others."""

    together = 16
    """The first of so many waits for the last."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._uncounted: list[Watch] = []
        self._routes = {
            predictions.PATH: predictions.ROUTE,
            CONTAINER_PATH: CONTAINER,
            endpoint_path(gateway.settings.endpoint_name): ENDPOINT,
        }

    def takes(self, path: str) -> bool:
        """Whether it is an address that predicts."""
        return path in self._routes

    def accepts(self, call: Call) -> bool:
        """Whether it is a single prediction."""
        body = call.body
        if len(body) > self._gateway.settings.max_body_bytes:
            return False
        if b"\\" in body or body.startswith(b"\xef\xbb\xbf"):
            return False  # names may be hidden in escapes
        if not self._gateway.callers.is_quick(call):
            return False  # the identity provider is waited for elsewhere
        return _is_json(call) and b'"instances"' not in body and body.lstrip()[:1] != b"["

    def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers to single predictions that came together."""
        named = [
            msgspec.structs.replace(call, request_id=request_id(call.headers)) for call in calls
        ]
        watch = Watch(self._gateway.ports.endpoint)
        self._uncounted.append(watch)
        routed = [(self._routes[call.path], call) for call in named]
        before = REQUEST_ID.set(None)
        try:
            told = answer_calls(routed, self._gateway, watch)
        finally:
            REQUEST_ID.reset(before)
        return [_with_id(answer, call) for answer, call in zip(told, named, strict=True)]

    def settle(self) -> None:
        """Count what was answered."""
        watches, self._uncounted = self._uncounted, []
        for watch in watches:
            watch.count(self._gateway.metrics)


def _with_id(answer: Answer, call: Call) -> Answer:
    named = (RESPONSE_HEADER, (call.request_id or "").encode("ascii"))
    return Answer(answer.status, (*answer.headers, named), answer.body)


def _is_json(call: Call) -> bool:
    """Whether it is JSON; only there a short look tells one row from many."""
    kind = call.header(b"content-type") or ""
    return kind.startswith("application/json") and not kind.startswith("application/jsonlines")
