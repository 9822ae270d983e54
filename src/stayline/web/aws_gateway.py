"""The API in AWS Lambda: the same application, asked by API Gateway's events."""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from litestar import Litestar
    from mangum import Mangum

    from stayline.formats.aws_toml import AwsHome
    from stayline.ports.clock import Clock


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request; the application is built at the first and kept.

    Errors are the application's own answers. What fails while it is built is raised, so that Lambda
    tells it and builds anew at the next request.
    """
    return _with_events()(unsigned(event), context)


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


def application() -> "Litestar":
    """Return the application of the stack that the function's variables name, without the portal.

    API Gateway asks every path for a token or a signature, which no browser sends by itself.
    Kept scores that it serves are noted in the function's log, where an alarm sees them: nobody
    reads ``/metrics`` of a Lambda, and a call to CloudWatch in a request would cost time and money.
    A metric is paid for by the hour in which it is sent: nothing while the model answers.
    """
    from stayline.bootstrap import build
    from stayline.formats.aws_toml import aws_home_of
    from stayline.settings import load_settings
    from stayline.web.app import create_app
    from stayline.web.packed_libraries import PACKED_FOLDER, PackedLibraries

    settings, stack = load_settings(), aws_home_of(os.environ)
    # Only now: Polars, as it is loaded, looks for libraries that it could work with.
    libraries = Path(__file__).parents[2] / PACKED_FOLDER
    sys.meta_path.append(PackedLibraries(libraries, settings.home / "libraries"))
    ports = build(settings)
    if stack is None:
        return create_app(ports, settings, has_portal=False)
    note = _log_of(stack, ports.clock)
    return create_app(ports, settings, on_fallback=note, has_portal=False)


def _log_of(stack: "AwsHome", clock: "Clock") -> Callable[[int], None]:
    """Return what adds kept scores to the stack's metric by a line on the output."""
    from stayline.adapters.aws.resources import Resources
    from stayline.domain.serving_counts import INVOCATIONS, KEPT_SCORES
    from stayline.formats.embedded_metrics import count_line

    namespace = Resources(stack.stack, stack.account or "", stack.region).metric_namespace

    def note(times: int) -> None:
        line = count_line(
            INVOCATIONS, times, namespace=namespace, dimensions=KEPT_SCORES, at=clock.now()
        )
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    return note


@cache
def _with_events() -> "Mangum":
    from mangum import Mangum

    within = application()

    async def with_raw_path(scope: Any, receive: Any, send: Any) -> None:
        """Add what Mangum leaves out and the application reads: the address as it was sent."""
        raw_path = quote(scope["path"]).encode("ascii")
        await within(scope | {"raw_path": raw_path}, receive, send)

    return Mangum(with_raw_path, lifespan="off")
