"""The REST API and the portal, put together."""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import ResponseHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import BeforeMessageSendHookHandler, ControllerRouterHandler

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
from stayline.web.metrics import metrics_of, nobody
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
from stayline.web.security_headers import is_page
from stayline.web.token_keys import TokenKeyNow
from stayline.web.tracing import begin_trace, end_trace

DESCRIPTION = "/openapi.json"


def create_app(
    ports: Ports,
    settings: Settings,
    *,
    environment: Mapping[str, str] = os.environ,
    on_fallback: Callable[[int], None] = nobody,
    has_portal: bool = True,
) -> Litestar:
    """Return the application; what a platform sets is read here, once.

    ``on_fallback`` is told how many answers were kept scores, each time there are some.
    """
    return app_of(
        gateway_of(ports, settings, environment=environment, on_fallback=on_fallback),
        has_portal=has_portal,
    )


def gateway_of(
    ports: Ports,
    settings: Settings,
    *,
    environment: Mapping[str, str] = os.environ,
    on_fallback: Callable[[int], None] = nobody,
) -> Gateway:
    """Return what every answer is made with; see `create_app`."""
    key_now = TokenKeyNow(ports.secrets)
    return Gateway(
        ports,
        settings,
        key_now,
        Callers(ports, settings, key_now),
        container_variables(environment),
        metrics_of(settings.endpoint_name, on_fallback),
    )


def app_of(gateway: Gateway, *, has_portal: bool = True) -> Litestar:
    """Return the application of a gateway.

    What is logged of a request names its route, never its address, since addresses hold HR ids: the
    audit log says who asked for whom. Without the portal its libraries are not needed either.
    """
    pages = _pages() if has_portal else _Pages((), (), told)
    return _Api(
        route_handlers=[
            *(predict, show_employee, decide, opt_out, opt_in),
            *(health, healthz, readyz, metrics_text),
            *(ping, execution_parameters, invocations, invoke_endpoint),
            *(put_record, get_record, delete_record, batch_get_record),
            *pages.handlers,
        ],
        guards=[let_in],
        before_request=begin_trace,
        before_send=[end_trace, *pages.before_send],
        dependencies={
            "gateway": Provide(lambda: gateway, sync_to_thread=False),
            "caller": Provide(caller_of),
        },
        exception_handlers={
            StaylineError: pages.told,
            HTTPException: pages.told,
            Exception: pages.told,
        },
        request_max_body_size=gateway.settings.max_body_bytes,
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


class _Api(Litestar):
    """The framework without its plugins for pydantic and attrs, in which nothing here is written.

    It takes them by itself wherever these are installed, and to import them is a tenth of a start.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


class _Pages(NamedTuple):
    """What the portal adds: its routes, what is sent with its pages, and how errors are told."""

    handlers: Sequence[ControllerRouterHandler]
    before_send: Sequence[BeforeMessageSendHookHandler]
    told: Callable[[Request[Any, Any, Any], Exception], Response[Any]]


def _pages() -> _Pages:
    from stayline.web.portal.refusals import told_as_page
    from stayline.web.portal.router import portal_router, to_the_portal
    from stayline.web.portal.security import dress

    def as_the_address_expects(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Answer what no handler was reached for, too."""
        return (told_as_page if is_page(request.url.path) else told)(request, error)

    return _Pages((to_the_portal, portal_router()), (dress,), as_the_address_expects)


async def _only_the_description(request: Request[Any, Any, Any]) -> None:
    """Bar what the framework adds below this address: an HTML page and a second description."""
    await begin_trace(request)
    if request.url.path.rstrip("/") != DESCRIPTION:
        raise NotFoundException
