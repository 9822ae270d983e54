"""``GET /v1/health``: whether the API can answer."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from litestar import get
from litestar.di import NamedDependency

from stayline.domain.risk_score import ModelIdentity
from stayline.web.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the API scores, and with which model.

    ``no_model``: there is nothing to score with yet. ``degraded``: the deployed package cannot be
    loaded, so ``model``, the one before it, still answers.
    """

    status: Literal["ok", "degraded", "no_model"]
    version: str
    model: ModelIdentity | None


@get(
    "/v1/health",
    sync_to_thread=True,
    tags=["health"],
    summary="Say whether a model is deployed and loads",
    operation_id="health",
)
def health(gateway: NamedDependency[Gateway]) -> Health:
    """Answer with the model that scores, once it is loaded."""
    deployed = gateway.ports.registry.serving()
    if deployed is None:
        return Health("no_model", version("stayline"), None)
    model = gateway.ports.endpoint.variant().model
    return Health("ok" if model == deployed else "degraded", version("stayline"), model)
