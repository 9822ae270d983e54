"""The stop switch and the scope of a pilot in SQLite."""

from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.last_known import BELIEVED_S
from stayline.adapters.embedded.oversight_tables import scoring_rules
from stayline.adapters.embedded.quick_access import quick_row
from stayline.domain.audit_events import AuditEvent
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.scoring_rules import Rule, RuleChange, ScoringState
from stayline.errors import DatabaseAway, ScoringStopped, StoreDamaged
from stayline.formats.audit_rows import event_row
from stayline.ports.clock import Clock
from stayline.ports.scoring_control import FRESH_S

_NEWEST = """
    SELECT
        (SELECT max(position) FROM scoring_rules WHERE rule = 'stop'),
        (SELECT max(position) FROM scoring_rules WHERE rule = 'pilot')
"""
_columns = [column for column in scoring_rules.columns if column.name != "position"]


class _Seen(NamedTuple):
    """What held at the last look; good until an instant of the monotonic clock.

    It stands in for a server that is away until another instant.
    """

    fresh_until: float
    believed_until: float
    scope: RolloutScope | None
    newest: tuple[int | None, int | None]
    state: ScoringState


class SqliteScoringControl:
    """Keeps one row a change; a process looks every `FRESH_S` at most whether there is a new one.

    The clock of that is the monotonic one, which nobody sets back. Safe to call from several
    threads: two that look at the same time see the same.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._seen: _Seen | None = None

    def scope(self) -> RolloutScope:
        """Return of whom scores may be computed and shown now."""
        seen = self._seen
        if seen is None or monotonic() >= seen.fresh_until:
            seen = self._looked(seen)
        if seen.scope is None:
            raise ScoringStopped
        return seen.scope

    def state(self) -> ScoringState:
        """Return the newest change of each rule."""
        with reading(self._engine) as connection:
            return _state(connection)

    def change(self, change: RuleChange, event: AuditEvent) -> bool:
        """Keep a change, and its event, unless that rule stands so already."""
        with writing(self._engine) as connection:
            before = _newest(connection, change.rule)
            was_in_force = before is not None and before.is_in_force
            is_news = was_in_force is not change.is_in_force
            if not is_news and not (change.rule is Rule.PILOT and change.is_in_force):
                return False
            connection.execute(sa.insert(scoring_rules).values(_row(change)))
            lengthen(connection, [event_row(event)])
        self._seen = None
        return True

    def history(self) -> Sequence[RuleChange]:
        """Return every change, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(*_columns).order_by(scoring_rules.c.position)).all()
        return [_change(row) for row in rows]

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)

    def _looked(self, before: _Seen | None) -> _Seen:
        """Look at the store; the rows are read only where there is a newer one."""
        looked_at = monotonic()
        try:
            newest: tuple[int | None, int | None] = quick_row(self._engine, _NEWEST)
            state = before.state if before is not None and before.newest == newest else self.state()
            believed_until = looked_at + BELIEVED_S
        except DatabaseAway:
            if before is None or looked_at >= before.believed_until:
                raise
            newest, state, believed_until = before.newest, before.state, before.believed_until
        scope = None if state.is_stopped else state.scope_at(self._clock.now())
        self._seen = seen = _Seen(looked_at + FRESH_S, believed_until, scope, newest, state)
        return seen


def _state(connection: sa.Connection) -> ScoringState:
    return ScoringState(_newest(connection, Rule.STOP), _newest(connection, Rule.PILOT))


def _newest(connection: sa.Connection, rule: Rule) -> RuleChange | None:
    newest = (
        sa.select(*_columns)
        .where(scoring_rules.c.rule == rule.value)
        .order_by(scoring_rules.c.position.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    return None if row is None else _change(row)


def _row(change: RuleChange) -> dict[str, Any]:
    return {
        "rule": change.rule.value,
        "is_in_force": change.is_in_force,
        "at": change.at,
        "by": change.by,
        "reason": change.reason,
        "scope": msgspec.json.encode(change.scope).decode(),
        "until": change.until,
    }


def _change(row: sa.Row[Any]) -> RuleChange:
    try:
        scope = msgspec.json.decode(row.scope, type=RolloutScope)
        return RuleChange(
            Rule(row.rule), bool(row.is_in_force), row.at, row.by, row.reason, scope, row.until
        )
    except (ValueError, msgspec.MsgspecError) as error:
        raise StoreDamaged("The rules of scoring", "one of them cannot be read.") from error
