"""``POST /v1/predict``: a risk with its reasons."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import RawBody

from stayline.domain.risk_score import RiskScore
from stayline.domain.score_request import AS_USUAL, ScoreOptions
from stayline.errors import FieldProblem, RequestRefused
from stayline.web.answers import live_or_kept
from stayline.web.api.descriptions import PREDICT_PROBLEMS, PredictOperation
from stayline.web.calls import Answer, Call
from stayline.web.errors import answered
from stayline.web.gateway import Gateway
from stayline.web.predict_requests import score_requests
from stayline.web.tracing import LOGS_ITSELF
from stayline.web.watch import Watch

PATH = "/v1/predict"
_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


@dataclass(frozen=True, slots=True)
class Predictions:
    """The scores of a batch, in the order of its rows."""

    predictions: list[RiskScore]


@post(
    PATH,
    status_code=200,
    tags=["scores"],
    summary="Score a person, fields, or a batch of either",
    operation_id="predict",
    operation_class=PredictOperation,
    responses=PREDICT_PROBLEMS,
    opt={LOGS_ITSELF: True},
)
async def predict(
    request: Request[Any, Any, Any], body: RawBody, gateway: NamedDependency[Gateway]
) -> RiskScore | Predictions:
    """Answer with a calibrated risk, its band and its reasons, which add up with ``base_risk``.

    A batch is answered whole or not at all. Once the endpoint has failed for some minutes, people
    get their last kept score, with ``source`` "nightly" and its age in ``stale_for_s``; what-ifs
    never do.
    """
    kind, query = request.headers.get("content-type"), request.scope["query_string"]
    return await sync_to_thread(_predicted, body, kind, query, gateway)


def answer_prediction(call: Call, gateway: Gateway) -> Answer:
    """Answer a whole call, just as `predict` does."""
    try:
        predicted = _predicted(call.body, call.header(b"content-type"), call.query, gateway)
    except Exception as error:
        return answered(error)
    return Answer(200, _HEADERS, msgspec.json.encode(predicted))


def _predicted(
    body: bytes, content_type: str | None, query: bytes, gateway: Gateway
) -> RiskScore | Predictions:
    settings = gateway.settings
    with Watch(gateway.ports.endpoint, gateway.metrics, PATH) as watch:
        requests, is_batch = score_requests(
            body, content_type, max_instances=settings.max_instances
        )
        options = ScoreOptions(with_reasons=_with_reasons(query)) if query else AS_USUAL
        scored = live_or_kept(requests, gateway, watch, actor=settings.actor, options=options)
    return Predictions(scored) if is_batch else scored[0]


def _with_reasons(query: bytes) -> bool:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = [value for name, value in pairs if name == "reasons"]
    if asked not in ([], ["true"], ["false"]):
        raise RequestRefused([FieldProblem("reasons", "expected true or false")])
    return asked != ["false"]
