"""Tell how a pilot goes: whom it reaches, how it is used, what people decide, how well it does."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import Decision
from stayline.domain.override_rates import override_rates, overrides_of
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pilot_report import Coverage, PilotReport, Week
from stayline.domain.rollout_scope import RolloutScope
from stayline.domain.scoring_rules import Rule, RuleChange
from stayline.errors import NoPilot
from stayline.modelling.scoped_people import in_scope
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.score_board import ScoreBoard
from stayline.ports.scoring_control import ScoringControl
from stayline.usecases.report_pilot.figures import fairness, quality

EVERYBODY = "everybody"
_CHUNK = 50_000


def report_pilot(
    *,
    policy: OversightPolicy,
    control: ScoringControl,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    decisions: DecisionBook,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    registry: ModelRegistry,
    reports: ReportShelf,
    audit: AuditLog,
    clock: Clock,
) -> PilotReport:
    """Return the report of the pilot that runs, or else of the last one; raises `NoPilot`.

    It begins where the scope was last set: figures of different people are not mixed. Coverage is
    that of now, everything else of the time of the pilot.
    """
    now = clock.now()
    pilot, until = _pilot(control.history(), now)
    events = list(audit.between(pilot.at, until))
    views = [
        event
        for event in events
        if event.kind is AuditEventKind.EMPLOYEE_VIEWED and event.details.get("shown_score") is True
    ]
    taken = decisions.between(pilot.at, until)
    return PilotReport(
        scope=str(pilot.scope),
        set_by=pilot.by,
        reason=pilot.reason,
        since=pilot.at,
        until=until,
        made_at=now,
        coverage=_coverage(pilot.scope, features, scores, opt_outs, views, now),
        views=len(views),
        viewers=len({view.actor for view in views}),
        weeks=_weeks(views, taken, pilot.at, until),
        decisions=dict(Counter(decision.action.value for decision in taken).most_common()),
        overall=overrides_of(EVERYBODY, taken, policy),
        rates=tuple(override_rates(taken, policy)),
        quality=quality(pilot.at, until, now, registry, answers, outcomes, taken),
        fairness=fairness(pilot.at, reports),
    )


def _pilot(history: Sequence[RuleChange], now: datetime) -> tuple[RuleChange, datetime]:
    """Return the newest pilot, and when it ended; now (and a moment) where it runs."""
    changes = [change for change in history if change.rule is Rule.PILOT]
    for place in reversed(range(len(changes))):
        if changes[place].is_in_force:
            ended = changes[place + 1].at if place + 1 < len(changes) else None
            agreed = changes[place].until
            ends = [end for end in (ended, agreed) if end is not None and end <= now]
            return changes[place], min(ends, default=now + timedelta(microseconds=1))
    raise NoPilot


def _coverage(
    scope: RolloutScope,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    views: Sequence[AuditEvent],
    now: datetime,
) -> Coverage:
    left, barred = features.everyone_who_left(at=now), opt_outs.opted_out(at=now)
    kept = {str(entry.token) for entry in scores.entries()}
    seen = {view.subject for view in views}
    in_scope_now, scored, opted_out, viewed = 0, 0, 0, 0
    for chunk in features.in_chunks(_CHUNK):
        inside = set(chunk.filter(in_scope(scope)).get_column(TOKEN)) - left
        in_scope_now += len(inside)
        scored += len(inside & kept)
        opted_out += len(inside & barred)
        viewed += len(inside & seen)
    return Coverage(in_scope_now, scored, opted_out, viewed)


def _weeks(
    views: Sequence[AuditEvent], taken: Sequence[Decision], since: datetime, until: datetime
) -> tuple[Week, ...]:
    """Return every week of the pilot, those in which nothing was done among them."""
    monday = (since - timedelta(days=since.weekday())).date()
    weeks = []
    while monday <= until.date():
        after = monday + timedelta(days=7)
        seen = [view for view in views if monday <= view.at.date() < after]
        decided = sum(monday <= decision.decided_at.date() < after for decision in taken)
        weeks.append(Week(monday, len(seen), len({view.actor for view in seen}), decided))
        monday = after
    return tuple(weeks)
