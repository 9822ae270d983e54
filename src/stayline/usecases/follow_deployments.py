"""How the deployment that is under way goes, and how the ones before it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import LATELY, Phase, Rollout
from stayline.domain.deployment_alarms import Reading, readings
from stayline.domain.model_package import ModelPackage
from stayline.domain.trial_tally import TrialTally
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.deployments import Deployments
from stayline.ports.model_registry import ModelRegistry

ROLLOUTS_A_PAGE = 20
_NOT_YET_TRIED = frozenset({Phase.SHADOW, Phase.LOADING})


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A deployment that goes on now.

    ``shadow`` are the figures of the shadow by name, as its audit event holds them; empty where the
    event is not there yet. ``trial`` counts what both versions answered since, and ``readings`` say
    what the alarms make of it; they are empty until people are answered. ``have_loaded`` of
    ``workers`` processes have the version in memory.
    """

    rollout: Rollout
    shadow: Mapping[str, str | int | float | bool | None]
    trial: TrialTally
    readings: Sequence[Reading]
    workers: int
    have_loaded: int


@dataclass(frozen=True, slots=True)
class DeploymentCourse:
    """What is deployed and what happens to it.

    ``back_to`` is the version that a roll-back leads to; None where there is none. ``is_served``
    says whether processes of this home answer, so that a roll-back is done in a moment.
    """

    deployed: ModelPackage | None
    back_to: ModelPackage | None
    under_way: UnderWay | None
    rollouts: Sequence[Rollout]
    page: int
    pages: int
    is_served: bool


def follow_deployments(
    page: int,
    *,
    registry: ModelRegistry,
    deployments: Deployments,
    audit: AuditLog,
    clock: Clock,
) -> DeploymentCourse:
    """Return how deployments go, and a page of them, newest first; beyond the last is the last."""
    rollouts, now = deployments.rollouts()[::-1], clock.now()
    workers = deployments.workers(within=LATELY)
    held = next((one for one in rollouts if one.holds(now)), None)
    deployed = registry.deployed()
    pages = max(1, ceil(len(rollouts) / ROLLOUTS_A_PAGE))
    shown = min(max(page, 1), pages)
    begin = (shown - 1) * ROLLOUTS_A_PAGE
    return DeploymentCourse(
        deployed=deployed,
        back_to=deployed if held is not None else registry.previous(),
        under_way=None
        if held is None
        else UnderWay(
            held,
            _shadow(held, audit),
            trial := deployments.tally(held.rollout_id),
            () if held.phase in _NOT_YET_TRIED else readings(trial),
            len(workers),
            sum(held.version in worker.loaded for worker in workers),
        ),
        rollouts=rollouts[begin : begin + ROLLOUTS_A_PAGE],
        page=shown,
        pages=pages,
        is_served=bool(workers),
    )


def _shadow(rollout: Rollout, audit: AuditLog) -> Mapping[str, str | int | float | bool | None]:
    events = audit.between(
        kinds={AuditEventKind.DEPLOYMENT_STARTED}, subject=str(rollout.version), limit=1
    )
    event = next(iter(events), None)
    if event is None or event.details.get("rollout_id") != rollout.rollout_id:
        return {}
    begin = "shadow_"
    return {
        name.removeprefix(begin): figure
        for name, figure in event.details.items()
        if name.startswith(begin)
    }
