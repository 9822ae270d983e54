"""The deployed model in this very process, and beside it a new one on trial."""

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from zlib import crc32

from stayline.adapters.embedded.model_shelf import Loaded, ModelShelf
from stayline.adapters.embedded.trial import OnTrial, TrialCounts, Watched
from stayline.adapters.embedded.unpacking import Model, in_full
from stayline.domain.deployment import Heartbeat, Traffic
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import (
    DatabaseAway,
    NothingDeployed,
    PackageRefused,
    StaylineError,
    UnknownVariant,
)
from stayline.formats.model_archive import ModelArchive
from stayline.ports.deployments import Deployments
from stayline.ports.endpoint import Variant
from stayline.ports.model_registry import ModelRegistry

ALL_TRAFFIC = "AllTraffic"
"""The target of requests that leave the choice to the endpoint."""
PERIOD_S = 0.25
"""How often a process that follows looks for something to load, and reports."""
FRESH_S = 0.5
"""For how long it goes by its last look; a look that is late is made by the request itself."""
_SPREAD = 37
"""Without a factor of 100: nameless requests take turns evenly."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who answers, as of the follower's last look; good until an instant of the monotonic clock."""

    traffic: Traffic
    fresh_until: float


class InProcessEndpoint:
    """Answers with what is deployed, from the very next call after a deployment.

    A call works with one model from its beginning to its end. A package that cannot be loaded
    leaves the model before it in place. In a process that follows, models are loaded beside the
    one that answers, and no request waits for them. Safe to call from several threads.

    ``unpack`` says how much of a package is read when it is loaded.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        deployments: Deployments,
        *,
        unpack: Callable[[ModelArchive], Model] = in_full,
    ) -> None:
        self._deployments = deployments
        self._shelf = ModelShelf(registry, unpack)
        self._answers: Loaded | None = None
        self._counts = TrialCounts("")
        self._turns = itertools.count()
        self._is_followed = False
        self._seen: _Seen | None = None
        self._last_champion: ModelIdentity | None = None
        self._wake = threading.Event()

    def variant(self, target: str | None = None, *, affinity: str = "") -> Variant:
        """Return the model that answers this request."""
        traffic = self._traffic()
        champion = self._champion(traffic.champion)
        if traffic.candidate is None:
            if target not in (None, ALL_TRAFFIC, champion.name):
                raise UnknownVariant(target or "", [champion.name])
            return champion
        return self._on_trial(traffic, traffic.candidate, champion, target, affinity)

    @contextmanager
    def follow(self, worker_id: str) -> Iterator[None]:
        """Load what is wanted beside what answers, and report it, until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(
            target=self._keep_up, args=(worker_id, stop), name="stayline-follow", daemon=True
        )
        self._is_followed = True
        thread.start()
        try:
            yield
        finally:
            stop.set()
            self._wake.set()
            thread.join()
            self._is_followed = False
            self._seen = None

    def _traffic(self) -> Traffic:
        """Return who answers now; in a process that follows, as of the last look.

        While the database is away what was deployed goes on answering. A version on trial does not:
        nobody could say whether its trial still holds.
        """
        seen = self._seen
        if seen is not None and monotonic() < seen.fresh_until:
            return seen.traffic
        try:
            traffic = self._deployments.traffic()
        except DatabaseAway:
            if self._last_champion is None:
                raise
            return Traffic(self._last_champion)
        self._last_champion = traffic.champion
        return traffic

    def _champion(self, wanted: ModelIdentity | None) -> Loaded:
        """Return the deployed model; a new one replaces the old only once it is wholly loaded."""
        if wanted is None:
            raise NothingDeployed
        found = self._shelf.find(wanted)
        if found is None:
            answers = self._answers
            if answers is not None and self._is_followed:
                if wanted.version not in self._shelf.refusals:
                    self._wake.set()
                return answers
            try:
                found = self._shelf.load(wanted, needed=None)
            except PackageRefused:
                if answers is None:
                    raise
                return answers
        self._answers = found
        return found

    def _on_trial(
        self,
        traffic: Traffic,
        wanted: ModelIdentity,
        champion: Loaded,
        target: str | None,
        affinity: str,
    ) -> Variant:
        counts = self._counts_of(traffic.rollout_id)
        candidate = self._shelf.find(wanted)
        if candidate is None:
            if target not in (None, ALL_TRAFFIC, champion.name):
                raise UnknownVariant(target or "", [champion.name])
            return Watched(champion, counts)
        if target not in (None, ALL_TRAFFIC, champion.name, candidate.name):
            raise UnknownVariant(target or "", [champion.name, candidate.name])
        is_drawn = target == candidate.name
        if target in (None, ALL_TRAFFIC):
            turn = crc32(f"{traffic.rollout_id}{affinity}".encode()) if affinity else self._turn()
            is_drawn = turn % 100 < traffic.share
        return OnTrial(candidate, champion, counts) if is_drawn else Watched(champion, counts)

    def _turn(self) -> int:
        return next(self._turns) * _SPREAD

    def _counts_of(self, rollout_id: str) -> TrialCounts:
        if self._counts.rollout_id != rollout_id:
            self._counts = TrialCounts(rollout_id)
        return self._counts

    def _keep_up(self, worker_id: str, stop: threading.Event) -> None:
        told_before = ""
        while not stop.is_set():
            self._wake.clear()
            told = ""
            try:
                self._catch_up(worker_id)
            except Exception as error:  # whatever it is, the thread must go on
                told = str(error) if isinstance(error, StaylineError) else type(error).__name__
            if told and told != told_before:  # once, not four times a second
                _log.error("Worker %s cannot follow deployments just now: %s", worker_id, told)
            told_before = told
            self._wake.wait(PERIOD_S)
        try:
            self._deployments.leave(worker_id)
        except StaylineError as error:
            _log.error("Worker %s could not say that it stops: %s", worker_id, error)

    def _catch_up(self, worker_id: str) -> None:
        """Load what is missing, and say what is there."""
        traffic = self._deployments.traffic()
        self._last_champion = traffic.champion
        self._seen = _Seen(traffic, monotonic() + FRESH_S)
        for wanted in (traffic.champion, traffic.candidate):
            if wanted is None or self._shelf.find(wanted) is not None:
                continue
            if wanted.version in self._shelf.refusals:
                continue
            try:
                self._shelf.load(wanted, needed=traffic.champion)
            except PackageRefused:
                continue  # the report below says so
        is_counted = self._counts.rollout_id == traffic.rollout_id != ""
        report = Heartbeat(
            worker_id,
            loaded=tuple(one.model.version for one in self._shelf.loaded),
            refused=self._shelf.refusals,
            rollout_id=traffic.rollout_id,
        )
        if is_counted:
            report = replace(report, tally=self._counts.tally())
        self._deployments.report(report)
