"""Score some people only: a pilot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.rollout_scope import RolloutScope, rollout_scope
from stayline.domain.scoring_rules import Rule, RuleChange, checked_why
from stayline.errors import ScopeRefused
from stayline.modelling.scoped_people import in_scope
from stayline.ports.clock import Clock
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl

SUBJECT = "pilot"
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class PilotSet:
    """A pilot as it was set, and how many of how many people are in it."""

    pilot: RuleChange
    people: int
    of: int


def set_pilot(
    conditions: Sequence[str],
    *,
    reason: str,
    by: str,
    until: datetime | None,
    features: FeatureStore,
    scores: ScoreBoard,
    control: ScoringControl,
    clock: Clock,
) -> PilotSet:
    """Return the pilot, which every surface obeys within a second; it replaces one before it.

    ``conditions`` are texts such as ``Department=Sales``. The kept scores of everybody else are
    taken down. From ``until`` on nobody is in scope. Raises `ScopeRefused`, also where a named
    value is nobody's, since it is a slip most of the time; `NothingImported`, `DecisionRefused`.
    """
    why, now = checked_why(reason), clock.now()
    scope = rollout_scope(conditions, features.schema())
    if until is not None and until <= now:
        raise ScopeRefused(f"{until:%Y-%m-%d} is past, so nobody would be in it")
    people, of = _counted(scope, features)
    pilot = RuleChange(Rule.PILOT, True, now, by, why, scope, until)
    event = AuditEvent(
        AuditEventKind.PILOT_SET,
        actor=by,
        subject=SUBJECT,
        at=now,
        details={
            "scope": str(scope),
            "until": None if until is None else until.isoformat(),
            "people": people,
            "of": of,
        },
    )
    control.change(pilot, event)
    _take_down(scope, features, scores)
    return PilotSet(pilot, people, of)


def _counted(scope: RolloutScope, features: FeatureStore) -> tuple[int, int]:
    """Return how many people are in, of how many; raises `ScopeRefused` for a value of nobody."""
    people = of = 0
    unseen = {(name, value) for name, some in scope.where for value in some}
    for chunk in features.in_chunks(_CHUNK):
        people += chunk.filter(in_scope(scope)).height
        of += chunk.height
        for name in {name for name, _ in unseen}:
            unseen -= {(name, value) for value in chunk.get_column(name).unique().to_list()}
    if unseen:
        named = ", ".join(f"{name}={value}" for name, value in sorted(unseen))
        raise ScopeRefused(f"nobody has {named}")
    return people, of


def _take_down(scope: RolloutScope, features: FeatureStore, scores: ScoreBoard) -> None:
    for chunk in features.in_chunks(_CHUNK):
        outside = chunk.filter(~in_scope(scope)).get_column(TOKEN)
        scores.take_down({EmployeeToken(token) for token in outside})
