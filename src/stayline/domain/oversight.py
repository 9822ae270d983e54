"""How people oversee scores: look first, give a reason of one's own, one person at a time."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import DecisionRefused


@dataclass(frozen=True, slots=True)
class OversightPolicy:
    """What an organisation asks of those who decide; ``[oversight]`` of governance.toml.

    A decision needs a view of score and reasons by the same person between ``least_view_s`` seconds
    and ``view_days`` days before. Its reason shares less than ``most_alike`` of its words with any
    of the last ``copies_among`` that this person gave. ``bulk_decisions`` within ``bulk_minutes``
    are a bulk. A share of overrides within ``extreme_share`` of 0 or 1 on at least
    ``least_for_review`` flagged people opens a review. What HR does to somebody within
    ``hr_event_days`` after a high score of theirs was viewed is listed. ``require_training``
    refuses decisions of people without valid training; else they are noted.
    """

    least_view_s: float = 5.0
    view_days: float = 30.0
    most_alike: float = 0.75
    copies_among: int = 50
    bulk_decisions: int = 10
    bulk_minutes: float = 10.0
    extreme_share: float = 0.05
    least_for_review: int = 20
    hr_event_days: float = 90.0
    require_training: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """When a decider last saw score and reasons, early enough, and the band of that score."""

    at: datetime
    band: str | None


def view_before(
    events: Sequence[AuditEvent], actor: str, *, at: datetime, policy: OversightPolicy
) -> View:
    """Return the newest view, among a person's audit ``events``, that a decision may rest on.

    Raises `DecisionRefused` where there is none. The words are the same whether nobody looked or no
    score may be shown, since the decider need not know which.
    """
    newest, oldest = (
        at - timedelta(seconds=policy.least_view_s), at - timedelta(days=policy.view_days)
    )  # fmt: skip
    views = [
        event
        for event in events
        if event.kind is AuditEventKind.EMPLOYEE_VIEWED
        and event.actor == actor
        and event.details.get("shown_score") is True
        and event.details.get("shown_reasons") is True
    ]
    fitting = [view for view in views if oldest <= view.at <= newest]
    if not fitting:
        is_hasty = any(newest < view.at <= at for view in views)
        raise DecisionRefused("employee_id", _hasty(policy)) if is_hasty else unseen(policy)
    seen = max(fitting, key=lambda view: view.at)
    band = seen.details.get("band")
    return View(seen.at, band if isinstance(band, str) else None)


def unseen(policy: OversightPolicy) -> DecisionRefused:
    """Return the refusal of a decision without a look, also about somebody nobody can look at."""
    return DecisionRefused(
        "employee_id",
        "You have not been shown this person's score with its reasons within the last "
        f"{policy.view_days:g} days. Look at them first (the person's page in the portal, or "
        "GET /v1/employees/ID), then decide.",
    )


def check_own_words(
    reason: str,
    earlier: Sequence[Decision],
    *,
    token: EmployeeToken,
    action: ActionKind,
    policy: OversightPolicy,
) -> None:
    """Raise `DecisionRefused` for a reason that nearly repeats one of ``earlier``.

    For the same person the words may come again with another action: its cause may be the same.
    """
    words = words_of_reason(reason)
    for decision in earlier:
        if decision.token == token and decision.action is not action:
            continue
        if likeness(words, words_of_reason(decision.reason)) >= policy.most_alike:
            whom = "for this very action" if decision.token == token else "for somebody else"
            raise DecisionRefused(
                "reason",
                f"You gave nearly the same reason {whom} on {decision.decided_at:%Y-%m-%d}. Say "
                "what speaks for this action with this person.",
            )


def words_of_reason(reason: str) -> frozenset[str]:
    """Return the different words of a reason, however they are written.

    >>> sorted(words_of_reason("Fewer  NIGHT shifts, night-shifts!"))
    ['fewer', 'night', 'shifts']
    """
    plain = unicodedata.normalize("NFKC", reason).casefold()
    return frozenset(re.findall(r"[^\W\d_]+", plain))


def likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """Return the share of all words that both have (Jaccard), 1 for two without any.

    >>> likeness(frozenset("ab"), frozenset("bc"))
    0.3333333333333333
    """
    every = some | others
    return len(some & others) / len(every) if every else 1.0


def is_bulk(earlier: Sequence[Decision], *, at: datetime, policy: OversightPolicy) -> bool:
    """Whether a decision now, after a person's ``earlier`` ones, makes or goes on with a bulk."""
    since = at - timedelta(minutes=policy.bulk_minutes)
    close = sum(since < decision.decided_at <= at for decision in earlier)
    return close + 1 >= policy.bulk_decisions


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many decisions of one person in a short time; ``same_action`` where they are all alike."""

    decided_by: str
    since: datetime
    until: datetime
    decisions: int
    people: int
    same_action: str | None


def bulks(decisions: Sequence[Decision], policy: OversightPolicy) -> list[Bulk]:
    """Return every bulk of each person, oldest first; runs that touch are one."""
    by_person: dict[str, list[Decision]] = {}
    for decision in sorted(decisions, key=lambda one: one.decided_at):
        by_person.setdefault(decision.decided_by, []).append(decision)
    found = [bulk for mine in by_person.values() for bulk in _bulks_of(mine, policy)]
    return sorted(found, key=lambda bulk: (bulk.since, bulk.decided_by))


def _bulks_of(mine: Sequence[Decision], policy: OversightPolicy) -> list[Bulk]:
    span, least = timedelta(minutes=policy.bulk_minutes), max(1, policy.bulk_decisions)
    runs: list[tuple[int, int]] = []
    for first in range(len(mine) - least + 1):
        last = first + least - 1
        if mine[last].decided_at - mine[first].decided_at >= span:
            continue
        if runs and first <= runs[-1][1]:
            runs[-1] = runs[-1][0], last
        else:
            runs.append((first, last))
    return [_bulk(mine[first : last + 1]) for first, last in runs]


def _bulk(run: Sequence[Decision]) -> Bulk:
    actions = {decision.action.value for decision in run}
    return Bulk(
        decided_by=run[0].decided_by,
        since=run[0].decided_at,
        until=run[-1].decided_at,
        decisions=len(run),
        people=len({decision.token for decision in run}),
        same_action=actions.pop() if len(actions) == 1 else None,
    )


def _hasty(policy: OversightPolicy) -> str:
    return (
        f"You opened this person's score less than {policy.least_view_s:g} s ago. Read the reasons "
        "first, then decide."
    )
