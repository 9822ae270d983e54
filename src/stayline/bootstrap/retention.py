"""The stores that age in a home, and how long their records are needed."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stayline.bootstrap.ports import Ports
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, RecordClass, RetentionPolicy, limits_of
from stayline.domain.workforce_schema import LeavingWithin
from stayline.errors import NothingImported
from stayline.formats.governance_toml import read_policy
from stayline.ports.aged_records import NOBODY, AgedStore
from stayline.ports.report_shelf import ReportShelf
from stayline.settings import Settings
from stayline.usecases.erase_employee import PersonalStores

RECORDS_KEPT = timedelta(days=730)
"""How long reports of watched windows, and records of runs and alarms, are needed."""
OUTCOME_LATE = timedelta(days=180)
"""How long after its horizon an answer waits for its outcome."""


def retention_policy(settings: Settings) -> RetentionPolicy:
    """Return what the organisation has decided; of two ceilings of raw inputs the lower holds.

    Raises `SettingRefused`.
    """
    policy = read_policy(settings.home, "retention", RetentionPolicy)
    days = min(policy.raw_inputs_days, settings.capture_days)
    return replace(
        policy, raw_inputs_days=days, purge_ahead_days=min(policy.purge_ahead_days, days - 1)
    )


def aged_stores(ports: Ports, policy: RetentionPolicy) -> list[AgedStore]:
    """Return every store whose records may not stay for good, the most personal ones first.

    Audit events and the register are none: they hold no features, and nothing of them is purged.
    """
    raw, events = RecordClass.RAW_INPUTS, RecordClass.EVENTS
    waits = _answers_wait(ports)
    history = policy.feature_history_days
    return [
        AgedStore("captured requests", raw, ports.capture, None),
        AgedStore("kept scores", raw, ports.scores, None),
        AgedStore("extracts and reject files", raw, ports.extracts, None),
        AgedStore("pipeline files", raw, ports.runner, None),
        AgedStore(
            "feature history", raw, ports.features,
            None if history is None else timedelta(days=history), has_own_ceiling=True,
        ),
        AgedStore("answers", events, ports.answers, waits),
        AgedStore("outcomes", events, ports.outcomes, waits),
        AgedStore("decisions", RecordClass.DECISIONS, ports.decisions, None),
        AgedStore(
            "watch reports", RecordClass.DOCUMENTATION, _Reports(ports.reports), RECORDS_KEPT
        ),
    ]  # fmt: skip


def personal_stores(ports: Ports) -> PersonalStores:
    """Return every store that may hold something of a person."""
    return PersonalStores(
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        scores=ports.scores,
        answers=ports.answers,
        outcomes=ports.outcomes,
        capture=ports.capture,
        opt_outs=ports.opt_outs,
        decisions=ports.decisions,
        runner=ports.runner,
        extracts=ports.extracts,
        remnants=ports.remnants,
    )


def decisions_before(policy: RetentionPolicy, now: datetime) -> datetime | None:
    """Return since when decisions must be kept even of an erased person; None for no such floor."""
    limits = limits_of(RecordClass.DECISIONS, policy, on=now.date())
    return None if limits.floor is None else now - timedelta(days=limits.floor.days)


@dataclass(frozen=True, slots=True)
class _Reports:
    """The reports on the shelf, which are of nobody in particular."""

    shelf: ReportShelf

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old they are."""
        times = [at for name in self.shelf.names() for at in self.shelf.times(name)]
        due = [at for at in times if at < before]
        return Ages(len(times), min(times, default=None), len(due), max(due, default=None))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove the old ones."""
        return sum(self.shelf.purge(name, before) for name in self.shelf.names())


def _answers_wait(ports: Ports) -> timedelta:
    """Return how long an answer without its inputs waits for what became of the person."""
    try:
        outcome = ports.features.schema().outcome
    except NothingImported:
        return OUTCOME_LATE
    months = outcome.horizon_months if isinstance(outcome, LeavingWithin) else 0
    return timedelta(days=31 * months) + OUTCOME_LATE
