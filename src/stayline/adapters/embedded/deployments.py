"""Rollouts and workers in the state database."""

from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.quick_access import quick_row
from stayline.adapters.embedded.tables import Instant, deployments, rollouts, workers
from stayline.domain.audit_events import AuditEvent
from stayline.domain.deployment import (
    ALIVE,
    LEASE,
    Heartbeat,
    Phase,
    Rollout,
    Traffic,
    abandonment,
    lease_holds,
    share_of,
)
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.rollout_checks import check_alone, check_deployed, check_under_way
from stayline.domain.trial_tally import TrialTally, total
from stayline.formats.audit_rows import event_row
from stayline.ports.clock import Clock

FORGOTTEN = timedelta(hours=1)
"""How long the row of a worker that is gone is kept."""
_TRAFFIC = """
    SELECT champion.version, champion.digest, trial.version, trial.digest, trial.phase,
        trial.canary_percent, trial.rollout_id, trial.renewed_at
    FROM deployments JOIN model_packages AS champion USING (version)
        LEFT JOIN rollouts AS trial ON trial.ended_at IS NULL
    ORDER BY deployments.position DESC LIMIT 1
"""
_instant = Instant()
_HEARTBEATS = msgspec.json.Decoder(Heartbeat)
_COLUMNS = [column for column in rollouts.columns if column.name != "position"]


class SqliteDeployments:
    """Keeps one row a rollout and one a worker; what changes, changes under the write lock."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._renewed = ("", 0.0)

    def traffic(self) -> Traffic:
        """Return who answers now, in microseconds."""
        row = quick_row(self._engine, _TRAFFIC)
        if row is None:
            return Traffic(None)
        champion = ModelIdentity(row[0], row[1])
        if row[6] is None:
            return Traffic(champion)
        renewed_at = _instant.process_result_value(row[7], self._engine.dialect)
        if renewed_at is None or not lease_holds(renewed_at, self._clock.now()):
            return Traffic(champion)
        share = share_of(Phase(row[4]), row[5])
        return Traffic(champion, ModelIdentity(row[2], row[3]), share, row[6])

    def begin(self, rollout: Rollout) -> None:
        """Start a rollout unless another one holds; one that was abandoned is closed first."""
        with writing(self._engine) as connection:
            now = self._clock.now()
            _check_alone(connection, rollout.version, now)
            _close_abandoned(connection, now)
            _check_deployed(connection, rollout)
            connection.execute(sa.delete(workers).where(workers.c.seen_at < now - FORGOTTEN))
            row = asdict(rollout) | {"phase": rollout.phase.value, "renewed_at": now}
            connection.execute(sa.insert(rollouts).values(**row))
        self._renewed = rollout.rollout_id, monotonic()

    def check_ready(self, version: int) -> None:
        """Refuse while another rollout holds."""
        with reading(self._engine) as connection:
            _check_alone(connection, version, self._clock.now())

    def advance(self, rollout_id: str, phase: Phase, seen: str = "") -> None:
        """Renew a rollout that is still under way."""
        with writing(self._engine) as connection:
            now = self._clock.now()
            under_way(connection, rollout_id, None if self._is_renewed(rollout_id) else now)
            connection.execute(
                sa.update(rollouts)
                .where(rollouts.c.rollout_id == rollout_id)
                .values(phase=phase.value, renewed_at=now, outcome=seen)
            )
        self._renewed = rollout_id, monotonic()

    def finish(
        self, rollout_id: str, phase: Phase, outcome: str, event: AuditEvent | None = None
    ) -> bool:
        """End a rollout that is under way."""
        with writing(self._engine) as connection:
            ended = connection.execute(
                sa.update(rollouts)
                .where(rollouts.c.rollout_id == rollout_id, rollouts.c.ended_at.is_(None))
                .values(phase=phase.value, ended_at=self._clock.now(), outcome=outcome)
            )
            if event is not None and ended.rowcount == 1:
                lengthen(connection, [event_row(event)])
        return ended.rowcount == 1

    def note(self, rollout: Rollout, event: AuditEvent | None = None) -> None:
        """Keep a rollout that ended before it began."""
        with writing(self._engine) as connection:
            row = asdict(rollout) | {"phase": rollout.phase.value}
            connection.execute(sa.insert(rollouts).values(**row))
            if event is not None:
                lengthen(connection, [event_row(event)])

    def rollouts(self) -> list[Rollout]:
        """Return all rollouts as they stand, oldest first."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(*_COLUMNS).order_by(rollouts.c.position)).all()
        return [_rollout(row).as_of(now) for row in rows]

    def settle(self) -> str:
        """Close a rollout that was abandoned; the version before it answers already."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            if all(one.holds(now) for one in _open(connection)):
                return ""
        with writing(self._engine) as connection:
            closed = _close_abandoned(connection, now)
        return " ".join(f"The deployment of version {one.version} was cut short." for one in closed)

    def report(self, heartbeat: Heartbeat) -> None:
        """Keep the last word of a worker."""
        values: dict[str, Any] = {
            "has_left": False,
            "rollout_id": heartbeat.rollout_id,
            "heartbeat": msgspec.json.encode(heartbeat).decode(),
        }
        mine = workers.c.worker_id == heartbeat.worker_id
        with writing(self._engine) as connection:  # waits; only then is it seen
            values["seen_at"] = self._clock.now()
            if not connection.execute(sa.update(workers).where(mine).values(**values)).rowcount:
                connection.execute(
                    sa.insert(workers).values(worker_id=heartbeat.worker_id, **values)
                )

    def leave(self, worker_id: str) -> None:
        """Mark a worker as stopped."""
        mine = workers.c.worker_id == worker_id
        with writing(self._engine) as connection:
            connection.execute(sa.update(workers).where(mine).values(has_left=True))

    def workers(self, *, within: timedelta = ALIVE) -> list[Heartbeat]:
        """Return the last word of each worker heard of lately; a word from the future is none."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(workers.c.heartbeat)
                .where(~workers.c.has_left, workers.c.seen_at.between(now - within, now + ALIVE))
                .order_by(workers.c.worker_id)
            ).scalars()
            return [_HEARTBEATS.decode(row) for row in rows]

    def tally(self, rollout_id: str) -> TrialTally:
        """Return the sum of what all workers counted of a rollout."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(workers.c.heartbeat).where(workers.c.rollout_id == rollout_id)
            ).scalars()
            return total(_HEARTBEATS.decode(row).tally for row in rows)

    def problems(self) -> list[str]:
        """Return damaged tables."""
        return damage(self._engine)

    def _is_renewed(self, rollout_id: str) -> bool:
        """Whether this process renewed it within the lease, wherever the clock jumped since."""
        renewed, at = self._renewed
        return renewed == rollout_id and monotonic() - at < LEASE.total_seconds()


def under_way(connection: sa.Connection, rollout_id: str, at: datetime | None) -> None:
    """Raise `DeploymentRefused`, with why, for a rollout that was ended, or is abandoned ``at``."""
    row = connection.execute(sa.select(*_COLUMNS).where(rollouts.c.rollout_id == rollout_id)).one()
    check_under_way(_rollout(row), at)


def _check_alone(connection: sa.Connection, version: int, at: datetime) -> None:
    for other in _open(connection):
        check_alone(other, version=version, at=at)


def _check_deployed(connection: sa.Connection, rollout: Rollout) -> None:
    newest = sa.select(deployments.c.version).order_by(deployments.c.position.desc()).limit(1)
    check_deployed(rollout, connection.execute(newest).scalar())


def _open(connection: sa.Connection) -> list[Rollout]:
    rows = connection.execute(sa.select(*_COLUMNS).where(rollouts.c.ended_at.is_(None))).all()
    return [_rollout(row) for row in rows]


def _close_abandoned(connection: sa.Connection, now: datetime) -> list[Rollout]:
    """End the rollouts whose process was killed, with their audit events, and return them."""
    ended = [one.as_of(now) for one in _open(connection) if not one.holds(now)]
    for one in ended:
        _close(connection, one)
        lengthen(connection, [event_row(abandonment(one, at=now))])
    return ended


def _close(connection: sa.Connection, ended: Rollout) -> None:
    connection.execute(
        sa.update(rollouts)
        .where(rollouts.c.rollout_id == ended.rollout_id)
        .values(phase=ended.phase.value, ended_at=ended.ended_at, outcome=ended.outcome)
    )


def _rollout(row: sa.Row[Any]) -> Rollout:
    values = dict(row._mapping)
    return Rollout(**values | {"phase": Phase(values["phase"])})
