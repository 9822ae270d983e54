"""Between the framework's requests and plain calls."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from stayline.errors import StaylineError
from stayline.web.calls import Answer, Call

NO_STORE = (b"cache-control", b"no-store")


def call_of(request: Request[Any, Any, Any], body: bytes) -> Call:
    """Return a request of the framework's as a plain call, path and query as they were sent."""
    scope = request.scope
    return Call(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"],
        headers=tuple(scope["headers"]),
        body=body,
        client=scope["client"][0] if scope["client"] else None,
    )


def response_of(answer: Answer) -> Response[bytes]:
    """Return a plain answer as the framework sends it, which adds Cache-Control by itself."""
    named = [pair for pair in answer.headers if pair != NO_STORE]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in named}
    kind = headers.pop("content-type", "application/octet-stream")
    if kind.startswith("text/"):
        kind = kind.partition(";")[0]  # the framework says by itself that text is UTF-8
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=kind)


Teller = Callable[[Request[Any, Any, Any], Exception], Response[bytes]]


def told_by(error_answer: Callable[[Exception], Answer]) -> dict[int | type[Exception], Teller]:
    """Return what tells every error, such as the framework's body too large, in a route's form."""

    def teller(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        return response_of(error_answer(error))

    return {HTTPException: teller, StaylineError: teller, Exception: teller}
