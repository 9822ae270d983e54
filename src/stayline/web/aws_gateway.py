"""The API in AWS Lambda: the same application, asked by API Gateway's events."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from mangum import Mangum


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request; the application is built at the first and kept.

    Errors are the application's own answers. What fails while it is built is raised, so that Lambda
    tells it and builds anew at the next request.
    """
    return _application()(unsigned(event), context)


def unsigned(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event without a signature that API Gateway has checked already.

    It was made with keys of AWS's, which the application does not have: AWS says that the caller
    may come in, the API key beside it who that is here. Any other ``Authorization`` goes on.
    """
    context: Mapping[str, Any] = event.get("requestContext", {})
    if "iam" not in (context.get("authorizer") or {}):
        return event
    headers = {
        name: value for name, value in event["headers"].items() if name.lower() != "authorization"
    }
    return event | {"headers": headers}


@cache
def _application() -> "Mangum":
    from mangum import Mangum

    from stayline.bootstrap import build
    from stayline.settings import load_settings
    from stayline.web.app import create_app

    settings = load_settings()
    application = create_app(build(settings), settings)

    async def with_raw_path(scope: Any, receive: Any, send: Any) -> None:
        """Add what Mangum leaves out and the application reads: the address as it was sent."""
        raw_path = quote(scope["path"]).encode("ascii")
        await application(scope | {"raw_path": raw_path}, receive, send)

    return Mangum(with_raw_path, lifespan="off")
