"""Whether people may be scored now, and whom: the stop switch and the scope of a pilot."""

from collections.abc import Sequence
from typing import Protocol

from stayline.domain.audit_events import AuditEvent
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.scoring_rules import RuleChange, ScoringState

FRESH_S = 0.25
"""How old what a process goes by may be, at most; a change therefore holds everywhere after it."""


class ScoringControl(Protocol):
    """Keeps every change of the rules that hold of all scoring; none is ever undone or altered."""

    def scope(self) -> RolloutScope:
        """Return of whom scores may be computed and shown; raises `ScoringStopped` if of nobody.

        To be asked before every score, so it costs next to nothing: what it goes by is up to
        `FRESH_S` old. When the rules cannot be read, it raises `StoreDamaged` or
        `StoreUnavailable`: without knowing whether it may, nobody scores. A server that is away is
        the one exception, for some minutes: see docs/decisions/0043.
        """
        ...

    def state(self) -> ScoringState:
        """Return what holds now, by the store itself."""
        ...

    def change(self, change: RuleChange, event: AuditEvent) -> bool:
        """Keep a change and audit it, in the same breath.

        Returns False, and keeps nothing, where that rule stands so already.

        A pilot is never "so already": a new scope replaces the one before. Two processes that stop
        at once stop once.
        """
        ...

    def history(self) -> Sequence[RuleChange]:
        """Return every change ever made, oldest first."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...
