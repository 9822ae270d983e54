"""Rollouts on a SageMaker endpoint: their record in DynamoDB, the switch in SageMaker."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.endpoint_switch import EndpointSwitch, model_of
from stayline.adapters.aws.hosting import Hosting
from stayline.adapters.aws.serving_record import Change, Serving, ServingRecord
from stayline.adapters.aws.worker_words import WorkerWords
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
from stayline.domain.rollout_checks import check_alone, check_deployed
from stayline.domain.trial_tally import TrialTally
from stayline.ports.clock import Clock


class SageMakerDeployments:
    """Keeps rollouts in one DynamoDB item that changes under a condition, see `ServingRecord`.

    SageMaker does what workers do elsewhere. When a rollout is in its phase of loading, `advance`
    has the endpoint switched (blue/green, with alarms that take it back), and returns once the
    version answers everybody; it renews the lease meanwhile. So a version becomes the deployed one
    only when SageMaker kept it. Where it ends otherwise the endpoint is switched back at once. What
    SageMaker began goes on when this process is killed: the record then says rolled back within
    `LEASE`, and `settle` brings the endpoint back to what the record says. Each answer names the
    model that gave it, so nobody is misled in between.

    Workers and their tallies are those of servers that load models themselves and follow.
    """

    CALLS = EndpointSwitch.CALLS | ServingRecord.CALLS | WorkerWords.CALLS

    def __init__(
        self, clients: Clients, clock: Clock, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self._record = ServingRecord(clients)
        self._endpoint = EndpointSwitch(Hosting(clients), wait)
        self._words = WorkerWords(clients)
        self._clock = clock
        self._renewed = ("", 0.0)

    def traffic(self) -> Traffic:
        """Return who answers by the record, in one consistent read of one item."""
        serving = self._record.now()
        rollout = serving.rollout
        if serving.deployed is None or rollout is None or not rollout.holds(self._clock.now()):
            return Traffic(serving.deployed)
        return Traffic(serving.deployed, model_of(rollout), rollout.share, rollout.rollout_id)

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

    def check_ready(self, version: int) -> None:
        """Refuse while another rollout holds, and where there is no endpoint yet."""
        check_alone(self._record.now().rollout, version=version, at=self._clock.now())
        self._endpoint.check(version)

    def advance(self, rollout_id: str, phase: Phase, seen: str = "") -> None:
        """Renew a rollout that is under way; in the phase of loading, wait until it answers."""
        rollout = self._renew(rollout_id, phase, seen)
        if phase is Phase.LOADING:
            self._endpoint.to(rollout, lambda told: self._renew(rollout_id, phase, seen, told))

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
            self._endpoint.try_back(after.deployed)
        return True

    def note(self, rollout: Rollout, event: AuditEvent | None = None) -> None:
        """Keep a rollout that ended before it began; where one before it was killed, mend that."""
        events = [] if event is None else [event]

        def change(serving: Serving) -> Change:
            after = replace(serving, begun=serving.begun + 1)
            return Change(after, [(after.begun, rollout)], events)

        after = self._record.change(change)
        if after.rollout is None or not after.rollout.holds(self._clock.now()):
            self._endpoint.try_back(after.deployed)

    def rollouts(self) -> list[Rollout]:
        """Return all rollouts as they stand, oldest first."""
        now = self._clock.now()
        return [rollout.as_of(now) for rollout in self._record.rollouts()]

    def settle(self) -> str:
        """Close a rollout that was abandoned, and bring the endpoint to the deployed version."""
        serving = self._record.now()
        if serving.rollout is not None:
            serving = self._record.change(self._closed)
        if serving.deployed is None or serving.rollout is not None:
            return ""
        return self._endpoint.back(serving.deployed)

    def report(self, heartbeat: Heartbeat) -> None:
        """Keep the last word of a worker."""
        self._words.report(heartbeat, at=self._clock.now())

    def leave(self, worker_id: str) -> None:
        """Mark a worker as stopped."""
        self._words.leave(worker_id)

    def workers(self, *, within: timedelta = ALIVE) -> list[Heartbeat]:
        """Return the last word of each worker heard of lately; a word from the future is none."""
        return self._words.heard(at=self._clock.now(), within=within)

    def tally(self, rollout_id: str) -> TrialTally:
        """Return the sum of what all workers counted of a rollout."""
        return self._words.tally(rollout_id)

    def problems(self) -> list[str]:
        """Return where the endpoint runs another version than the deployed one, or none."""
        serving = self._record.now()
        if serving.deployed is None or serving.rollout is not None:
            return []
        return self._endpoint.problems(serving.deployed)

    def _closed(self, serving: Serving) -> Change:
        """Return the change that ends an open rollout whose process was killed."""
        now, open_one = self._clock.now(), serving.rollout
        if open_one is None or open_one.holds(now):
            return Change(serving)
        ended = open_one.as_of(now)
        events = [abandonment(ended, at=now)]
        return Change(replace(serving, rollout=None), [(serving.number, ended)], events)

    def _renew(self, rollout_id: str, phase: Phase, *seen: str) -> Rollout:
        def change(serving: Serving) -> Change:
            now = self._clock.now()
            at = None if self._is_renewed(rollout_id) else now
            rollout = self._record.open_rollout(serving, rollout_id, at)
            outcome = "; ".join(filter(None, seen))
            renewed = replace(rollout, phase=phase, renewed_at=now, outcome=outcome)
            return Change(replace(serving, rollout=renewed))

        rollout = self._record.change(change).rollout
        self._renewed = rollout_id, monotonic()
        if rollout is None:
            raise AssertionError("a renewed rollout is open")
        return rollout

    def _is_renewed(self, rollout_id: str) -> bool:
        """Whether this process renewed it within the lease, wherever the clock jumped since."""
        renewed, at = self._renewed
        return renewed == rollout_id and monotonic() - at < LEASE.total_seconds()


class _Ended(Exception):
    """The rollout is not open any more."""
