"""Each route names what it is asked for, and nobody gets past it who may not ask."""

from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from stayline.domain.callers import Caller
from stayline.domain.roles import PUBLIC, Operation
from stayline.web.framework_calls import call_of
from stayline.web.gateway import Gateway

OPERATION = "operation"
TOLD_IN_READ = "told_in_read"
CALLER = "caller"
SIGNED_IN: list[dict[str, list[str]]] = [{"bearer": []}, {"api_key": []}, {"signature": []}]
"""What the API description says of every route that needs a caller: any one of these."""


def needs(operation: Operation) -> dict[str, Any]:
    """Return the ``opt`` of a route whose caller `let_in` tells."""
    return {OPERATION: operation}


def needs_in_read(operation: Operation) -> dict[str, Any]:
    """Return the ``opt`` of a route that tells its caller itself, as it is also asked elsewhere.

    Those are the routes that are answered past the framework, and those of AWS's form.
    """
    return {OPERATION: operation, TOLD_IN_READ: True}


async def let_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find out who calls before a route is answered; a route that names no operation fails.

    Telling may wait for the identity provider, so it is done in a thread.
    """
    if connection.scope.get("method") == "OPTIONS":  # answered by the framework: what is allowed
        return
    operation = handler.opt[OPERATION]
    if operation in PUBLIC or handler.opt.get(TOLD_IN_READ):
        return
    request: Request[Any, Any, Any] = Request(connection.scope, connection.receive)
    gateway: Gateway = connection.app.state.gateway
    is_signed = request.headers.get("authorization", "").startswith("AWS4-")
    call = call_of(request, await request.body() if is_signed else b"")
    connection.scope["state"][CALLER] = await sync_to_thread(
        gateway.callers.caller, call, operation
    )


async def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Return whom `let_in` told, for a handler's parameter ``caller``."""
    caller: Caller = request.scope["state"][CALLER]
    return caller
