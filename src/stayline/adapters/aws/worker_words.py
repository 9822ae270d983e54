"""What servers that load models themselves said last, each in one DynamoDB item."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.domain.deployment import ALIVE, Heartbeat
from stayline.domain.trial_tally import TrialTally, total

_WORKERS = "worker"


@dataclass(frozen=True, slots=True)
class _Word:
    """The last word of a worker, and when it came."""

    heartbeat: Heartbeat
    seen_at: datetime
    has_left: bool = False


class WorkerWords:
    """Keeps the last word of each worker.

    An endpoint of SageMaker has no such workers; its figures are CloudWatch's.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.put_item", "dynamodb.query"})

    def __init__(self, clients: Clients) -> None:
        self._words = Table(clients, clients.resources.state_table, _Word, "the workers' words")

    def report(self, heartbeat: Heartbeat, *, at: datetime) -> None:
        """Keep the last word of a worker."""
        self._say(_Word(heartbeat, at))

    def leave(self, worker_id: str) -> None:
        """Mark a worker as stopped."""
        word = self._words.get(_WORKERS, worker_id)
        if word is not None:
            self._say(replace(word, has_left=True))

    def heard(self, *, at: datetime, within: timedelta) -> list[Heartbeat]:
        """Return the last word of each worker heard of lately; a word from the future is none."""
        return [
            word.heartbeat
            for word in self._all()
            if not word.has_left and at - within <= word.seen_at <= at + ALIVE
        ]

    def tally(self, rollout_id: str) -> TrialTally:
        """Return the sum of what all workers counted of a rollout."""
        words = (word.heartbeat for word in self._all())
        return total(one.tally for one in words if one.rollout_id == rollout_id)

    def _say(self, word: _Word) -> None:
        self._words.put(Item(_WORKERS, word.heartbeat.worker_id, word))

    def _all(self) -> list[_Word]:
        return [item.value for item in self._words.query(_WORKERS)]
