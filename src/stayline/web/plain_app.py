"""A function from calls to answers as an ASGI application, where a framework has nothing to add."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from litestar.types import Receive, Scope, Send

from stayline.web.calls import Answer, Call


class PlainApp:
    """Reads a body of at most ``largest_body`` bytes and answers it in a thread."""

    def __init__(self, answer: Callable[[Call], Answer], largest_body: int) -> None:
        self._answer = answer
        self._largest_body = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if str(scope["type"]) != "http":  # no start-up, no web socket
            return
        body = b""
        is_whole = False
        while not is_whole and len(body) <= self._largest_body:
            event = await receive()
            if event["type"] != "http.request":
                return
            body += event["body"]
            is_whole = not event["more_body"]
        if len(body) > self._largest_body:
            answer = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, (), b"")
        else:
            answer = await asyncio.to_thread(self._answer, _call(scope, body))
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _call(scope: Scope, body: bytes) -> Call:
    return Call(
        method=str(scope.get("method", "")),
        path=scope["path"],
        query=scope["query_string"],
        headers=tuple(scope["headers"]),
        body=body,
    )
