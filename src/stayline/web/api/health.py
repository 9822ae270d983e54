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
    """``no_model`` means that the API runs but has nothing to score with yet."""

    status: Literal["ok", "no_model"]
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
    """Answer with the deployed model, once it is loaded."""
    serving = gateway.ports.registry.serving()
    if serving is not None:
        gateway.ports.endpoint.inputs()
    return Health("ok" if serving else "no_model", version("stayline"), serving)
