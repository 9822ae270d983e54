"""Who answers, in one DynamoDB item: what is deployed, and the rollout that is under way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from stayline.adapters.aws.audit_outbox import outbox_write
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.audit_events import AuditEvent
from stayline.domain.deployment import Phase, Rollout
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.rollout_checks import check_under_way
from stayline.errors import StoreUnavailable

_PARTITION, _PLACE = "serving", "now"
_ENDED = "rollout"
_WHAT = "the record of deployments"
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Serving:
    """What is deployed since when, what was before, and the open rollout.

    ``begun`` counts the rollouts; the open one has the number ``number``.
    """

    deployed: ModelIdentity | None = None
    deployed_by: str = ""
    deployed_at: datetime | None = None
    previous: int | None = None
    begun: int = 0
    rollout: Rollout | None = None
    number: int = 0

    def with_open(self, rollout: Rollout) -> "Serving":
        """Return it with a further rollout, which is the open one now."""
        return replace(self, begun=self.begun + 1, number=self.begun + 1, rollout=rollout)

    def with_deployed(self, model: ModelIdentity, *, by: str, at: datetime) -> "Serving":
        """Return it with another version deployed; the other one deployed last is the previous."""
        last = self.deployed
        is_other = last is not None and last.version != model.version
        previous = last.version if last is not None and is_other else self.previous
        return replace(self, deployed=model, deployed_by=by, deployed_at=at, previous=previous)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the record: ``ended`` rollouts by number, and events to be audited."""

    after: Serving
    ended: Sequence[tuple[int, Rollout]] = ()
    events: Sequence[AuditEvent] = field(default=())


class ServingRecord:
    """Changes one item under the condition that nobody else did, with all else that belongs to it.

    So one rollout at a time is open whoever writes, and a change, the end of a rollout and its
    audit event are there together or not at all: one transaction. Killed at any point, a process
    leaves the record as it was before or after.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients) -> None:
        table = clients.resources.state_table
        self._now = Table(clients, table, Serving, _WHAT)
        self._ended = Table(clients, table, Rollout, _WHAT)

    def now(self) -> Serving:
        """Return how it stands, read consistently."""
        return self._now.get(_PARTITION, _PLACE) or Serving()

    def change(self, make: Callable[[Serving], Change]) -> Serving:
        """Make a change of what stands now; ``make`` is asked again when somebody was faster.

        What it raises is raised, and nothing is changed.
        """
        for _ in range(_TRIES):
            before = self._now.get(_PARTITION, _PLACE)
            made = make(before or Serving())
            item = Item(_PARTITION, _PLACE, made.after)
            writes = [Write(_PARTITION, _PLACE, item, if_new=before is None, if_value=before)]
            writes += (_ended_write(number, rollout) for number, rollout in made.ended)
            writes += (outbox_write(event) for event in made.events)
            if self._now.write(writes):
                return made.after
        raise StoreUnavailable(_WHAT, "others write to it all the time.")

    def rollouts(self) -> Iterator[Rollout]:
        """Yield all rollouts, oldest first, the open one in its place."""
        serving = self.now()
        ended = {int(item.place): item.value for item in self._ended.query(_ENDED)}
        if serving.rollout is not None:
            ended.setdefault(serving.number, serving.rollout)
        return (ended[number] for number in sorted(ended))

    def open_rollout(self, serving: Serving, rollout_id: str, at: datetime | None) -> Rollout:
        """Return a rollout that is under way; raises `DeploymentRefused`, with why, otherwise."""
        rollout = serving.rollout
        if rollout is None or rollout.rollout_id != rollout_id:
            newest = self._ended.query(_ENDED, newest_first=True)
            rollout = next(one.value for one in newest if one.value.rollout_id == rollout_id)
        check_under_way(rollout, at)
        return rollout


def completed(serving: Serving, rollout: Rollout, at: datetime) -> tuple[int, Rollout]:
    """Return the open rollout as completed, with its number."""
    return serving.number, replace(rollout, phase=Phase.COMPLETED, ended_at=at)


def _ended_write(number: int, rollout: Rollout) -> Write:
    place = f"{number:09d}"
    return Write(_ENDED, place, Item(_ENDED, place, rollout))
