"""Rollouts on a SageMaker endpoint: their record in DynamoDB, the switch in SageMaker."""

import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.hosting import Hosting, HostingPlan
from stayline.adapters.aws.serving_record import Change, Serving, ServingRecord
from stayline.adapters.aws.table import Item, Table
from stayline.domain.audit_events import AuditEvent
from stayline.domain.deployment import (
    ALIVE,
    LEASE,
    Heartbeat,
    Phase,
    Rollout,
    Traffic,
    abandonment,
)
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.rollout_checks import check_alone, check_deployed
from stayline.domain.trial_tally import TrialTally, total
from stayline.errors import AwsRefused, DeploymentRefused, StoreUnavailable
from stayline.ports.clock import Clock

POLL_S = 1.5
"""How often the endpoint is looked at, and the lease renewed, while SageMaker switches it."""
_SLOW_TURNS = 20
"""For so many looks SageMaker may take to say that it has begun."""
_SEE = "Read why in SageMaker's console and in the alarms, then deploy again."
_WORKERS = "worker"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Word:
    """The last word of a worker, and when it came."""

    heartbeat: Heartbeat
    seen_at: datetime
    has_left: bool = False


class SageMakerDeployments:
    """Keeps rollouts in one DynamoDB item that changes under a condition, see `ServingRecord`.

    SageMaker does what workers do elsewhere. When a rollout is in its phase of loading, `advance`
    has the endpoint switched (blue/green, with a canary and alarms that take it back), and returns
    once the version answers everybody; it renews the lease meanwhile. So a version becomes the
    deployed one only when SageMaker kept it. `finish` as rolled back has the endpoint switched back
    at once. What SageMaker began goes on when this process is killed: the record then says rolled
    back within `LEASE`, and `settle` brings the endpoint back to what the record says. Each answer
    names the model that gave it, so nobody is misled in between.

    Workers and their tallies are those of servers that load models themselves and follow; an
    endpoint of SageMaker has none, and its figures are CloudWatch's.
    """

    CALLS = (
        Hosting.CALLS
        | ServingRecord.CALLS
        | {"dynamodb.get_item", "dynamodb.put_item", "dynamodb.query"}
    )

    def __init__(
        self,
        clients: Clients,
        clock: Clock,
        plan: HostingPlan | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._record = ServingRecord(clients)
        self._hosting = Hosting(clients, plan or HostingPlan())
        self._words = Table(clients, clients.resources.state_table, _Word, "the workers' words")
        self._clock = clock
        self._wait = wait
        self._renewed = ("", 0.0)

    def traffic(self) -> Traffic:
        """Return who answers by the record, in one consistent read of one item."""
        serving = self._record.now()
        rollout = serving.rollout
        if serving.deployed is None or rollout is None or not rollout.holds(self._clock.now()):
            return Traffic(serving.deployed)
        return Traffic(serving.deployed, _model(rollout), rollout.share, rollout.rollout_id)

    def begin(self, rollout: Rollout) -> None:
        """Start a rollout unless another one holds; one that was abandoned is closed first."""

        def change(serving: Serving) -> Change:
            now, other = self._clock.now(), serving.rollout
            check_alone(other, version=rollout.version, at=now)
            check_deployed(rollout, serving.deployed.version if serving.deployed else None)
            after = serving.with_open(replace(rollout, renewed_at=now))
            if other is None:
                return Change(after)
            ended = other.as_of(now)
            return Change(after, [(serving.number, ended)], [abandonment(ended, at=now)])

        self._record.change(change)
        self._renewed = rollout.rollout_id, monotonic()

    def check_alone(self, version: int) -> None:
        """Refuse while another rollout holds."""
        check_alone(self._record.now().rollout, version=version, at=self._clock.now())

    def advance(self, rollout_id: str, phase: Phase, seen: str = "") -> None:
        """Renew a rollout that is under way; in the phase of loading, wait until it answers."""
        rollout = self._renew(rollout_id, phase, seen)
        if phase is Phase.LOADING:
            self._switch(rollout, seen)

    def finish(
        self, rollout_id: str, phase: Phase, outcome: str, event: AuditEvent | None = None
    ) -> bool:
        """End a rollout that is under way; the endpoint goes back from one that is rolled back."""

        def change(serving: Serving) -> Change:
            open_one = serving.rollout
            if open_one is None or open_one.rollout_id != rollout_id:
                raise _Ended
            ended = replace(open_one, phase=phase, ended_at=self._clock.now(), outcome=outcome)
            events = [] if event is None else [event]
            return Change(replace(serving, rollout=None), [(serving.number, ended)], events)

        try:
            after = self._record.change(change)
        except _Ended:
            return False
        if phase is Phase.ROLLED_BACK:
            self._go_back(after)
        return True

    def note(self, rollout: Rollout, event: AuditEvent | None = None) -> None:
        """Keep a rollout that ended before it began."""
        events = [] if event is None else [event]

        def change(serving: Serving) -> Change:
            after = replace(serving, begun=serving.begun + 1)
            return Change(after, [(after.begun, rollout)], events)

        self._record.change(change)

    def rollouts(self) -> list[Rollout]:
        """Return all rollouts as they stand, oldest first."""
        now = self._clock.now()
        return [rollout.as_of(now) for rollout in self._record.rollouts()]

    def settle(self) -> str:
        """Bring the endpoint to the deployed version where it runs another; say what was done.

        For a schedule, and for the event that an endpoint's state changed: a killed deployment, a
        switch that SageMaker had no time for. Does nothing while a rollout is under way.
        """
        serving, now = self._record.now(), self._clock.now()
        if serving.deployed is None or (serving.rollout and serving.rollout.holds(now)):
            return ""
        hosted, wanted = self._hosting.described(), self._hosting.config_of(serving.deployed)
        if wanted == (hosted.pending or hosted.config):
            return ""
        version = serving.deployed.version
        if self._hosting.serve(serving.deployed, at_once=True):
            return f"the endpoint is switched to version {version}, which is the deployed one"
        return f"the endpoint goes to version {version} once it is {hosted.status!r} no more"

    def report(self, heartbeat: Heartbeat) -> None:
        """Keep the last word of a worker."""
        self._say(_Word(heartbeat, self._clock.now()))

    def leave(self, worker_id: str) -> None:
        """Mark a worker as stopped."""
        word = self._words.get(_WORKERS, worker_id)
        if word is not None:
            self._say(replace(word, has_left=True))

    def workers(self, *, within: timedelta = ALIVE) -> list[Heartbeat]:
        """Return the last word of each worker heard of lately; a word from the future is none."""
        now = self._clock.now()
        return [
            word.heartbeat
            for word in self._all_words()
            if not word.has_left and now - within <= word.seen_at <= now + ALIVE
        ]

    def tally(self, rollout_id: str) -> TrialTally:
        """Return the sum of what all workers counted of a rollout."""
        words = (word.heartbeat for word in self._all_words())
        return total(one.tally for one in words if one.rollout_id == rollout_id)

    def problems(self) -> list[str]:
        """Return where the endpoint runs another version than the deployed one, or none."""
        serving = self._record.now()
        if serving.deployed is None or serving.rollout is not None:
            return []
        hosted = self._hosting.described()
        if not hosted.answers:
            told = hosted.reason or "SageMaker says no more"
            return [f"the endpoint is {hosted.status or 'absent'}: {told}"]
        if hosted.config == self._hosting.config_of(serving.deployed):
            return []
        return [f"the endpoint runs {hosted.config}, deployed is {serving.deployed.version}"]

    def _renew(self, rollout_id: str, phase: Phase, seen: str) -> Rollout:
        def change(serving: Serving) -> Change:
            now = self._clock.now()
            at = None if self._is_renewed(rollout_id) else now
            rollout = self._record.open_rollout(serving, rollout_id, at)
            renewed = replace(rollout, phase=phase, renewed_at=now, outcome=seen)
            return Change(replace(serving, rollout=renewed))

        rollout = self._record.change(change).rollout
        self._renewed = rollout_id, monotonic()
        if rollout is None:
            raise AssertionError("a renewed rollout is open")
        return rollout

    def _switch(self, rollout: Rollout, seen: str) -> None:
        """Have SageMaker switch to the version and wait until it has; say on the way how it goes.

        Raises `DeploymentRefused` where SageMaker took the switch back or could not make it.
        """
        model, is_asked, has_moved = _model(rollout), False, False
        wanted = self._hosting.config_of(model)
        for turn in itertools.count():
            is_asked = is_asked or self._hosting.serve(model, at_once=_is_at_once(rollout))
            hosted = self._hosting.described()
            has_moved = has_moved or not hosted.is_settled or turn >= _SLOW_TURNS
            if is_asked and hosted.is_settled and (has_moved or hosted.config == wanted):
                break
            told = f"SageMaker's endpoint is {hosted.status}"
            self._renew(rollout.rollout_id, Phase.LOADING, f"{seen}; {told}" if seen else told)
            self._wait(POLL_S)
        if hosted.status != "InService" or hosted.config != wanted:
            told = hosted.reason or "SageMaker says no more"
            problem = f"SageMaker did not keep it, the endpoint is {hosted.status}: {told}"
            raise DeploymentRefused(rollout.version, problem, _SEE)

    def _go_back(self, serving: Serving) -> None:
        """Have the endpoint switched back; what is in the way of that is left to `settle`."""
        try:
            if serving.deployed is not None and self._hosting.described().status:
                self._hosting.serve(serving.deployed, at_once=True)
        except (AwsRefused, StoreUnavailable) as error:
            _log.error("The endpoint is yet to go back to the deployed version: %s", error)

    def _say(self, word: _Word) -> None:
        self._words.put(Item(_WORKERS, word.heartbeat.worker_id, word))

    def _all_words(self) -> list[_Word]:
        return [item.value for item in self._words.query(_WORKERS)]

    def _is_renewed(self, rollout_id: str) -> bool:
        """Whether this process renewed it within the lease, wherever the clock jumped since."""
        renewed, at = self._renewed
        return renewed == rollout_id and monotonic() - at < LEASE.total_seconds()


class _Ended(Exception):
    """The rollout is not open any more."""


def _model(rollout: Rollout) -> ModelIdentity:
    return ModelIdentity(rollout.version, rollout.digest)


def _is_at_once(rollout: Rollout) -> bool:
    """Whether it is a roll-back, or the first deployment: nobody is spared by a canary."""
    return rollout.canary_percent == 100 or rollout.from_version is None
