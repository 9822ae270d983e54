"""The REST API, put together."""

import os
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import ResponseHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components

from stayline.bootstrap import Ports
from stayline.domain.roles import Operation
from stayline.errors import StaylineError
from stayline.formats.container_variables import container_variables
from stayline.settings import Settings
from stayline.web.api.descriptions import SCHEMES
from stayline.web.api.employees import decide, show_employee
from stayline.web.api.health import health, healthz, metrics_text, readyz
from stayline.web.api.opt_outs import opt_in, opt_out
from stayline.web.api.predictions import predict
from stayline.web.callers import Callers
from stayline.web.errors import told
from stayline.web.gateway import Gateway
from stayline.web.metrics import metrics_of
from stayline.web.operations import caller_of, let_in, needs
from stayline.web.runtime.record_routes import (
    batch_get_record,
    delete_record,
    get_record,
    put_record,
)
from stayline.web.runtime.routes import (
    execution_parameters,
    invocations,
    invoke_endpoint,
    ping,
)
from stayline.web.token_keys import TokenKeyNow
from stayline.web.tracing import begin_trace, end_trace

DESCRIPTION = "/openapi.json"


def create_app(
    ports: Ports, settings: Settings, *, environment: Mapping[str, str] = os.environ
) -> Litestar:
    """Return the application; what a platform sets is read here, once.

    What is logged of a request names its route, never its address, since addresses hold HR ids: the
    audit log says who asked for whom.
    """
    key_now = TokenKeyNow(ports.secrets)
    gateway = Gateway(
        ports,
        settings,
        key_now,
        Callers(ports, settings, key_now),
        container_variables(environment),
        metrics_of(settings.endpoint_name),
    )
    return Litestar(
        route_handlers=[
            *(predict, show_employee, decide, opt_out, opt_in),
            *(health, healthz, readyz, metrics_text),
            *(ping, execution_parameters, invocations, invoke_endpoint),
            *(put_record, get_record, delete_record, batch_get_record),
        ],
        guards=[let_in],
        before_request=begin_trace,
        before_send=[end_trace],
        dependencies={
            "gateway": Provide(lambda: gateway, sync_to_thread=False),
            "caller": Provide(caller_of),
        },
        exception_handlers={
            StaylineError: told,
            HTTPException: told,
            Exception: told,
        },
        request_max_body_size=settings.max_body_bytes,
        response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
        openapi_config=OpenAPIConfig(
            title="Stayline",
            version=version("stayline"),
            description="Attrition risk with its reasons, for a person to decide on.",
            render_plugins=[JsonRenderPlugin(path="/")],
            openapi_router=Router(
                DESCRIPTION,
                route_handlers=[],
                before_request=_only_the_description,
                opt=needs(Operation.SEE_HEALTH),
                include_in_schema=False,
            ),
            use_handler_docstrings=True,
            components=Components(security_schemes=SCHEMES),
        ),
        logging_config=None,
        state=State({"gateway": gateway}),
    )


async def _only_the_description(request: Request[Any, Any, Any]) -> None:
    """Bar what the framework adds below this address: an HTML page and a second description."""
    await begin_trace(request)
    if request.url.path.rstrip("/") != DESCRIPTION:
        raise NotFoundException
