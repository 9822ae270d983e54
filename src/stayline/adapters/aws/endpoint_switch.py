"""The endpoint on its way from one version to another, and back to the deployed one."""

import itertools
import logging
from collections.abc import Callable

from stayline.adapters.aws.hosting import Hosting
from stayline.domain.deployment import Rollout
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import DeploymentRefused, EndpointMissing, StaylineError

POLL_S = 1.5
"""How often the endpoint is looked at, and the lease renewed, while SageMaker switches it."""
_SLOW_TURNS = 20
"""For so many looks SageMaker may take to say that it has begun."""
_SEE = "Read why in SageMaker's console and in the alarms, then deploy again."
_ASKED = "SageMaker is asked for it"
_log = logging.getLogger(__name__)


class EndpointSwitch:
    """Has SageMaker switch, waits for what it makes of it, and mends what was left halfway."""

    CALLS = Hosting.CALLS

    def __init__(self, hosting: Hosting, wait: Callable[[float], object]) -> None:
        self._hosting = hosting
        self._wait = wait

    def check(self, version: int) -> None:
        """Raise `EndpointMissing` where there is no endpoint that could serve a version."""
        if not self._hosting.described().status:
            raise EndpointMissing(version)

    def to(self, rollout: Rollout, tell: Callable[[str], object]) -> None:
        """Have the endpoint switched to a rollout's version; ``tell`` hears how it goes meanwhile.

        Raises `EndpointMissing`, and `DeploymentRefused` where SageMaker took the switch back or
        could not make it.
        """
        model, is_asked, has_moved = model_of(rollout), False, False
        for turn in itertools.count():
            is_asked = is_asked or self._hosting.serve(
                model, at_once=_is_at_once(rollout), between=lambda: tell(_ASKED)
            )
            hosted = self._hosting.described()
            has_moved = has_moved or not hosted.is_settled or turn >= _SLOW_TURNS
            is_over = is_asked and hosted.is_settled
            if is_over and (has_moved or self._hosting.serves(hosted, model)):
                break
            tell(f"SageMaker's endpoint is {hosted.status}")
            self._wait(POLL_S)
        if hosted.status != "InService" or not self._hosting.serves(hosted, model):
            told = hosted.reason or "SageMaker says no more"
            problem = f"SageMaker did not keep it, the endpoint is {hosted.status}: {told}"
            raise DeploymentRefused(rollout.version, problem, _SEE)

    def back(self, model: ModelIdentity) -> str:
        """Have the endpoint switched to the deployed version, at once; say what was done, if any.

        While SageMaker is busy with another switch, that is left to the next time.
        """
        hosted = self._hosting.described()
        if not hosted.status or self._hosting.serves(hosted, model):
            return ""
        if self._hosting.serve(model, at_once=True):
            return f"The endpoint is switched to version {model.version}, which is the deployed one"
        return f"The endpoint goes to version {model.version} once it is {hosted.status!r} no more"

    def try_back(self, model: ModelIdentity | None) -> None:
        """Do the same where something has failed already; what is in the way is logged."""
        try:
            if model is not None:
                self.back(model)
        except StaylineError as error:
            _log.error("The endpoint is yet to go back to the deployed version: %s", error)

    def problems(self, model: ModelIdentity) -> list[str]:
        """Return where the endpoint runs another version than this one, or none."""
        hosted = self._hosting.described()
        if not hosted.answers:
            told = hosted.reason or "SageMaker says no more"
            return [f"the endpoint is {hosted.status or 'absent'}: {told}"]
        if not hosted.pending and self._hosting.serves(hosted, model):
            return []
        return [f"the endpoint runs {hosted.config}, deployed is {model.version}"]


def model_of(rollout: Rollout) -> ModelIdentity:
    """Return the model that a rollout brings in."""
    return ModelIdentity(rollout.version, rollout.digest)


def _is_at_once(rollout: Rollout) -> bool:
    """Whether it is a roll-back, or the first deployment: nobody is spared by a canary."""
    return rollout.canary_percent == 100 or rollout.from_version is None
