"""Whether the API lives, can answer, scores with which model, and how it has done."""

from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency

from stayline.domain.alarm_history import Standing
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.roles import Operation
from stayline.errors import StaylineError
from stayline.ports.target_health import IN_PROCESS
from stayline.usecases.check_readiness import Grade, Readiness, check_readiness
from stayline.web.api.descriptions import METRICS_ANSWERS, READINESS_ANSWERS
from stayline.web.gateway import Gateway
from stayline.web.lifeline import worker_name
from stayline.web.metrics import CONTENT_TYPE
from stayline.web.operations import needs


@dataclass(frozen=True, slots=True)
class Alive:
    """That the process answers at all."""

    status: Literal["alive"]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the API scores, and with which model.

    ``no_model``: there is nothing to score with yet. ``degraded``: the deployed package cannot be
    loaded, so ``model``, the one before it, still answers. ``scoring`` is "stopped" where this
    ``worker`` refuses every score, since somebody stopped scoring or since it cannot be read
    whether somebody did.
    """

    status: Literal["ok", "degraded", "no_model"]
    version: str
    model: ModelIdentity | None
    scoring: Literal["on", "stopped"]
    worker: str


@get(
    "/v1/health",
    sync_to_thread=True,
    tags=["health"],
    summary="Say whether a model is deployed and loads",
    operation_id="health",
    opt=needs(Operation.SEE_HEALTH),
)
def health(gateway: NamedDependency[Gateway]) -> Health:
    """Answer with the model that scores, once it is loaded."""
    deployed = gateway.ports.registry.serving()
    if deployed is None:
        return Health("no_model", version("stayline"), None, *_switch(gateway))
    model = gateway.ports.endpoint.variant().model
    status: Literal["ok", "degraded"] = "ok" if model == deployed else "degraded"
    return Health(status, version("stayline"), model, *_switch(gateway))


def _switch(gateway: Gateway) -> tuple[Literal["on", "stopped"], str]:
    """Return whether this process scores, and what it is called among the workers."""
    try:
        gateway.ports.control.scope()
    except StaylineError:
        return "stopped", worker_name()
    return "on", worker_name()


@get(
    "/healthz",
    tags=["health"],
    summary="Say that the process lives",
    operation_id="healthz",
    opt=needs(Operation.SEE_HEALTH),
)
async def healthz() -> Alive:
    """Answer without asking anything else; a process that does not should be restarted."""
    return Alive("alive")


@get(
    "/readyz",
    sync_to_thread=True,
    tags=["health"],
    summary="Say whether requests can be answered, and why not",
    operation_id="readyz",
    opt=needs(Operation.SEE_HEALTH),
    responses=READINESS_ANSWERS,
)
def readyz(gateway: NamedDependency[Gateway]) -> Response[Readiness]:
    """Answer with every check. ``degraded`` still answers: with kept scores, or an older model."""
    ports, settings = gateway.ports, gateway.settings
    readiness = check_readiness(
        endpoint=ports.endpoint,
        registry=ports.registry,
        answers_at=settings.endpoint_url or IN_PROCESS,
        health=ports.health,
        limits=settings.fallback_limits,
        scores=ports.scores,
        stores=ports.stores,
        control=ports.control,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return Response(readiness, status_code=503 if readiness.status is Grade.FAILING else 200)


@get(
    "/metrics",
    sync_to_thread=True,
    media_type=CONTENT_TYPE,
    tags=["health"],
    summary="Tell figures of serving, for Prometheus",
    operation_id="metrics",
    opt=needs(Operation.SEE_HEALTH),
    responses=METRICS_ANSWERS,
)
def metrics_text(gateway: NamedDependency[Gateway]) -> bytes:
    """Answer with counts and latencies of all processes, named as CloudWatch names them."""
    standings: list[Standing] = []
    with suppress(StaylineError):  # figures are told even while the store cannot be read
        standings += gateway.ports.alarms.standings().values()
    return gateway.metrics.text(gateway.ports.capture.lag_s(), standings)
