"""``POST /v1/predict``: a risk with its reasons."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Request, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import RawBody

from stayline.domain.risk_score import RiskScore
from stayline.usecases.score_employee import score_employee
from stayline.web.api.descriptions import PREDICT_PROBLEMS, PredictOperation
from stayline.web.gateway import Gateway
from stayline.web.predict_requests import score_requests


@dataclass(frozen=True, slots=True)
class Predictions:
    """The scores of a batch, in the order of its rows."""

    predictions: list[RiskScore]


@post(
    "/v1/predict",
    status_code=200,
    tags=["scores"],
    summary="Score a person, fields, or a batch of either",
    operation_id="predict",
    operation_class=PredictOperation,
    responses=PREDICT_PROBLEMS,
)
async def predict(
    request: Request[Any, Any, Any], body: RawBody, gateway: NamedDependency[Gateway]
) -> RiskScore | Predictions:
    """Answer with a calibrated risk, its band and its reasons, which add up with ``base_risk``.

    A batch is answered whole or not at all.
    """
    # One row takes less time than handing it to a thread and back; a batch would hold up others.
    ports, settings = gateway.ports, gateway.settings
    requests, is_batch = score_requests(
        body, request.headers.get("content-type"), max_instances=settings.max_instances
    )
    score = partial(
        score_employee,
        requests,
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=gateway.token_key,
        actor=settings.actor,
    )
    scored = await sync_to_thread(score) if is_batch else score()
    return Predictions(scored) if is_batch else scored[0]
