"""One invocation, from its bytes to its answer, on the endpoint's and on the container's route."""

from functools import cache, partial
from http import HTTPStatus
from urllib.parse import unquote

from stayline.domain.risk_score import RiskScore
from stayline.domain.roles import Operation
from stayline.domain.score_request import Ask, ScoreOptions
from stayline.errors import UnknownEndpoint, UnknownVariant
from stayline.formats.content_types import Form, NotAcceptable, answer_form, request_form
from stayline.formats.invocation_answers import answer_body, answer_type
from stayline.formats.invocation_rows import ModelColumns, read_rows
from stayline.ports.endpoint import Variant
from stayline.web.answers import Asked, Route
from stayline.web.calls import Answer, Call
from stayline.web.framework_calls import NO_STORE
from stayline.web.gateway import Gateway
from stayline.web.runtime.invocation_headers import (
    CUSTOM_ATTRIBUTES,
    checked_headers,
    score_options,
    with_explanations,
)
from stayline.web.runtime.reading_errors import container_error
from stayline.web.runtime.service_errors import endpoint_error

CONTAINER_PATH = "/invocations"
ENDPOINT_ROUTE = "/endpoints/{endpoint_name}/invocations"


def endpoint_path(name: str) -> str:
    """Return where an endpoint is invoked."""
    return f"/endpoints/{name}/invocations"


def _read_endpoint(call: Call, gateway: Gateway) -> Asked | Answer:
    actor = gateway.callers.caller(call, Operation.INVOKE_ENDPOINT).subject
    named, ours = unquote(call.path).split("/")[2], gateway.settings.endpoint_name
    if named != ours:
        raise UnknownEndpoint(named, ours)
    return _read(call, gateway, actor)


def _read_container(call: Call, gateway: Gateway) -> Asked | Answer:
    actor = gateway.callers.caller(call, Operation.INVOKE_ENDPOINT).subject
    if not call.body:
        return Answer(HTTPStatus.NO_CONTENT, (NO_STORE,), b"")
    return _read(call, gateway, actor)


def _read(call: Call, gateway: Gateway, actor: str) -> Asked:
    checked_headers(call)
    form = request_form(call.header(b"content-type"))
    with_reasons = with_explanations(call)
    accept = _accepted(call, gateway, with_reasons)
    options = score_options(call, form, accept, with_reasons=with_reasons)
    rows = read_rows(
        call.body, form, _columns(gateway, options), most=gateway.settings.max_instances
    )
    selected = gateway.variables.selected

    def tell(scored: list[RiskScore]) -> Answer:
        body = answer_body(scored, accept, selected=selected, with_reasons=with_reasons)
        headers = [
            (b"content-type", answer_type(accept).encode()),
            (b"x-amzn-invoked-production-variant", b"version-%d" % scored[0].model.version),
            *((CUSTOM_ATTRIBUTES, told.encode()) for told in options.custom_attributes),
            NO_STORE,
        ]
        return Answer(HTTPStatus.OK, headers, body)

    may_be_kept = accept is not Form.CSV and not selected
    return Asked(Ask(rows, actor, options), tell, may_be_kept)


def _accepted(call: Call, gateway: Gateway, with_reasons: bool) -> Form:
    """Return the form of the answer; reasons have no room in CSV, so they make it JSON."""
    default = Form.JSON if with_reasons else gateway.variables.default_form
    form = answer_form(call.header(b"accept"), default)
    if with_reasons and form is Form.CSV:
        raise NotAcceptable("Explanations come as application/json or application/jsonlines only.")
    return form


def _layout(gateway: Gateway, options: ScoreOptions) -> Variant:
    """Return the variant that the caller names, else the deployed one, on trial or not."""
    deployed = gateway.ports.registry.serving()
    named = f"version-{deployed.version}" if deployed else None
    try:
        return gateway.ports.endpoint.variant(options.target_variant or named)
    except UnknownVariant:
        return gateway.ports.endpoint.variant(options.target_variant)


def _columns(gateway: Gateway, options: ScoreOptions) -> ModelColumns:
    """Return what rows without names are read by; the model is asked only for such rows."""
    ports = gateway.ports
    variant = cache(partial(_layout, gateway, options))
    return ModelColumns(
        known=lambda: frozenset(column.name for column in ports.features.schema().columns),
        inputs=lambda: variant().inputs,
        width=lambda: variant().width,
        decode=lambda cells: variant().decode_row(cells, ports.clock.now()),
    )


ENDPOINT = Route(ENDPOINT_ROUTE, _read_endpoint, endpoint_error)
"""InvokeEndpoint, in the service's own form also where it fails."""
CONTAINER = Route(CONTAINER_PATH, _read_container, container_error)
"""The container's own route: 204 for no body, 400 for whatever cannot be scored."""
