"""The stop switch and the scope of a pilot in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import NamedTuple

from stayline.adapters.aws.audit_outbox import outbox_write
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.places import by_number
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.audit_events import AuditEvent
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.scoring_rules import Rule, RuleChange, ScoringState
from stayline.errors import ScoringStopped
from stayline.ports.clock import Clock
from stayline.ports.scoring_control import FRESH_S

_NOW, _HISTORY = "scoring-rules", "scoring-rule-change"
_WHAT = "the rules of scoring"
_PLACE = "now"


@dataclass(frozen=True, slots=True)
class _Standing:
    """What holds, and how many changes led there."""

    changes: int
    state: ScoringState


_NOTHING_YET = _Standing(0, ScoringState())


class _Seen(NamedTuple):
    """What held at the last look; good until an instant of the monotonic clock."""

    fresh_until: float
    scope: RolloutScope | None


class DynamoScoringControl:
    """Keeps one item a change and one of what holds now, which a look every `FRESH_S` reads.

    Both are written in one transaction with the audit event, which waits in the outbox for the
    audit log; killed at any point, all of that is there or none. A change is made only from what
    held when it was looked at: of two who stop at once, the second sees that it is stopped. The
    clock of freshness is the monotonic one, which nobody sets back. Safe to call from several
    threads: two that look at the same time see the same.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.query", "dynamodb.transact_write_items"})

    def __init__(self, clients: Clients, clock: Clock) -> None:
        table = clients.resources.state_table
        self._now = Table(clients, table, _Standing, _WHAT)
        self._changes = Table(clients, table, RuleChange, _WHAT)
        self._clock = clock
        self._seen: _Seen | None = None

    def scope(self) -> RolloutScope:
        """Return of whom scores may be computed and shown now."""
        seen = self._seen
        if seen is None or monotonic() >= seen.fresh_until:
            seen = self._looked()
        if seen.scope is None:
            raise ScoringStopped
        return seen.scope

    def state(self) -> ScoringState:
        """Return the newest change of each rule."""
        standing = self._now.get(_NOW, _PLACE)
        return ScoringState() if standing is None else standing.state

    def change(self, change: RuleChange, event: AuditEvent) -> bool:
        """Keep a change, and its event, unless that rule stands so already."""
        told = outbox_write(event)
        while True:
            before = self._now.get(_NOW, _PLACE)
            standing = before or _NOTHING_YET
            if not _is_news(change, standing.state):
                return False
            after = _Standing(standing.changes + 1, _changed(standing.state, change))
            place = by_number(standing.changes)
            writes = [
                Write(_NOW, _PLACE, Item(_NOW, _PLACE, after),
                      if_new=before is None, if_value=before),
                Write(_HISTORY, place, Item(_HISTORY, place, change), if_new=True),
                told,
            ]  # fmt: skip
            if self._now.write(writes):
                self._seen = None
                return True

    def history(self) -> Sequence[RuleChange]:
        """Return every change, oldest first."""
        return [item.value for item in self._changes.query(_HISTORY)]

    def problems(self) -> list[str]:
        """Return nothing: DynamoDB checks what it keeps."""
        return []

    def _looked(self) -> _Seen:
        looked_at = monotonic()
        state = self.state()
        scope = None if state.is_stopped else state.scope_at(self._clock.now())
        self._seen = seen = _Seen(looked_at + FRESH_S, scope)
        return seen


def _is_news(change: RuleChange, state: ScoringState) -> bool:
    before = state.stop if change.rule is Rule.STOP else state.pilot
    was_in_force = before is not None and before.is_in_force
    is_new_scope = change.rule is Rule.PILOT and change.is_in_force
    return is_new_scope or was_in_force is not change.is_in_force


def _changed(state: ScoringState, change: RuleChange) -> ScoringState:
    if change.rule is Rule.STOP:
        return replace(state, stop=change)
    return replace(state, pilot=change)
