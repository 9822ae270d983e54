"""Gives every request its id, and tells it with every answer, whatever the framework answers."""

from time import perf_counter
from typing import Any

from litestar import Request
from litestar.types import Message, Scope

from stayline.web.logs import REQUEST_ID, log_access
from stayline.web.request_ids import RESPONSE_HEADER, request_id

LOGS_ITSELF = "logs_itself"
"""Set in the ``opt`` of a route that logs its own requests, with more than is known here."""
_BEGAN = "began"
_ID = "request_id"


async def begin_trace(request: Request[Any, Any, Any]) -> None:
    """Note when a request began, and its id for all that is logged meanwhile."""
    state = request.scope["state"]
    state[_BEGAN] = perf_counter()
    REQUEST_ID.set(_id_of(request.scope))


async def end_trace(message: Message, scope: Scope) -> None:
    """Add the id to the answer's headers, and log the answer by its route."""
    if message["type"] != "http.response.start":
        return
    named = _id_of(scope)
    message["headers"] = [*message["headers"], (RESPONSE_HEADER, named.encode("ascii"))]
    handler = scope.get("route_handler")
    if handler is not None and handler.opt.get(LOGS_ITSELF):
        return
    REQUEST_ID.set(named)
    began = scope["state"].get(_BEGAN)
    log_access(
        scope.get("path_template") or "none",
        message["status"],
        None if began is None else (perf_counter() - began) * 1000,
    )


def _id_of(scope: Scope) -> str:
    state = scope["state"]
    if _ID not in state:
        state[_ID] = request_id(scope["headers"])
    return str(state[_ID])
