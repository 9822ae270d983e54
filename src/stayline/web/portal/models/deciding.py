"""A person approves or rejects a version, and says why."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stayline.domain.callers import Caller
from stayline.domain.model_package import ModelPackage
from stayline.domain.roles import Operation
from stayline.errors import ApprovalRefused
from stayline.usecases.approve_model import approve_model
from stayline.usecases.reject_model import reject_model
from stayline.web.gateway import Gateway
from stayline.web.portal.done import see_done
from stayline.web.portal.forms import Form
from stayline.web.portal.models.asked import MODELS, version_of
from stayline.web.portal.models.version import Attempt, shown
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks

LONGEST_REASON = 4000


@post("/models/{version:str}/approve", sync_to_thread=True, opt=asks(Operation.DECIDE_ON_MODELS))
def approve(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    version: FromPath[str],
) -> Response[Any]:
    """Approve a version; what answers people stays as it is until somebody deploys it."""
    return _decided(approve_model, "approve", gateway, caller, visit, form, version_of(version))


@post("/models/{version:str}/reject", sync_to_thread=True, opt=asks(Operation.DECIDE_ON_MODELS))
def reject(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    version: FromPath[str],
) -> Response[Any]:
    """Reject a version for good."""
    return _decided(reject_model, "reject", gateway, caller, visit, form, version_of(version))


def _decided(
    decide: Callable[..., ModelPackage],
    what: str,
    gateway: Gateway,
    caller: Caller,
    visit: Visit,
    form: Form,
    version: int,
) -> Response[Any]:
    """Decide, and lead back to the version; where that is refused, show what was written again."""
    ports = gateway.ports
    reason = form.text("reason", most=LONGEST_REASON, is_needed=False)
    try:
        decide(
            version,
            reason=reason,
            by=caller.subject,
            registry=ports.registry,
            audit=ports.audit,
            clock=ports.clock,
        )
    except ApprovalRefused as refusal:
        attempt = Attempt(what, reason, plain_words(refusal))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return shown(gateway, caller, visit, version, attempt=attempt, status=status)
    done = {"approve": "approved", "reject": "rejected"}[what]
    return see_done(f"{MODELS}/{version}", done, gateway=gateway, visit=visit)
