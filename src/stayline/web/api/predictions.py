"""``POST /v1/predict``: a risk with its reasons."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import RawBody

from stayline.domain.risk_score import RiskScore
from stayline.domain.roles import Operation
from stayline.domain.score_request import AS_USUAL, Ask, ScoreOptions
from stayline.errors import FieldProblem, RequestRefused
from stayline.web.answers import Asked, Route, answer_call
from stayline.web.api.descriptions import PREDICT_PROBLEMS, PredictOperation
from stayline.web.calls import Answer, Call
from stayline.web.errors import answered
from stayline.web.framework_calls import call_of, response_of
from stayline.web.gateway import Gateway
from stayline.web.operations import SIGNED_IN, needs_in_read
from stayline.web.predict_requests import score_requests
from stayline.web.tracing import LOGS_ITSELF

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
    opt=needs_in_read(Operation.SCORE_PEOPLE) | {LOGS_ITSELF: True},
    security=SIGNED_IN,
)
async def predict(
    request: Request[Any, Any, Any], body: RawBody, gateway: NamedDependency[Gateway]
) -> Response[RiskScore | Predictions]:
    """Answer with a calibrated risk, its band and its reasons, which add up with ``base_risk``.

    A batch is answered whole or not at all. Once the endpoint has failed for some minutes, people
    get their last kept score, with ``source`` "nightly" and its age in ``stale_for_s``; what-ifs
    never do.
    """
    answer = await sync_to_thread(answer_call, ROUTE, call_of(request, body), gateway)
    return cast("Response[RiskScore | Predictions]", response_of(answer))


def _read(call: Call, gateway: Gateway) -> Asked:
    settings = gateway.settings
    caller = gateway.callers.caller(call, Operation.SCORE_PEOPLE)
    requests, is_batch = score_requests(
        call.body, call.header(b"content-type"), max_instances=settings.max_instances
    )
    options = ScoreOptions(with_reasons=_with_reasons(call.query)) if call.query else AS_USUAL
    return Asked(
        Ask(
            gateway.callers.within_line(caller, Operation.SCORE_PEOPLE, requests),
            caller.subject,
            options,
        ),
        _batch if is_batch else _single,
        sees_why=caller.may(Operation.SEE_OPT_OUT),
    )


def _single(scored: list[RiskScore]) -> Answer:
    return Answer(200, _HEADERS, msgspec.json.encode(scored[0]))


def _batch(scored: list[RiskScore]) -> Answer:
    return Answer(200, _HEADERS, msgspec.json.encode(Predictions(scored)))


@lru_cache(maxsize=64)
def _with_reasons(query: bytes) -> bool:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = [value for name, value in pairs if name == "reasons"]
    if asked not in ([], ["true"], ["false"]):
        raise RequestRefused([FieldProblem("reasons", "expected true or false")])
    return asked != ["false"]


ROUTE = Route(PATH, _read, answered)
