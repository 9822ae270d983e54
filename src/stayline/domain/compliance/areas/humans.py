"""HUM: people decide, on what they have seen, with reasons of their own, trained for it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.compliance.areas.human_records import ActionTaken, HumanEvidence
from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.statistics import wilson
from stayline.domain.compliance.verdicts import Verdict, Window
from stayline.domain.decisions import MINIMUM_REASON, ActionKind
from stayline.domain.second_person import is_a_name


@dataclass(frozen=True, slots=True)
class HumanParameters:
    """``[controls.humans]``: shares between 0 and 1, times in seconds, days as they say."""

    shortest_reason: int = MINIMUM_REASON
    copied_share: float = 0.2
    copied_from: int = 10
    seen_before_s: float = 1.0
    bulk_from: int = 5
    bulk_within_s: float = 60.0
    disagreement_near: float = 0.1
    disagreement_from: int = 30
    stop_within_s: float = 1.0
    hr_event_days: int = 90


HARMFUL = ("disciplin", "dismiss", "terminat", "demot", "layoff")
"""Beginnings of the words for what harms the person it happens to."""
ADVERSE = (*HARMFUL, "pay", "salary", "promot")
"""Those of all that a score must not lead to, neither to the good nor to the bad."""
_NO_ACTION = "No decision is on record."
_MACHINE = ("service:", "key:", "rule:", "job:", "schedule")


def people_decided_in_their_own_words(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-01: a named person, a reason long enough once trimmed, neither template nor copy."""
    machines = [one for one in evidence.actions if not _is_human(one.actor, evidence.programs)]
    short = [one for one in evidence.actions if one.reason_length < parameters.shortest_reason]
    templates = [one for one in evidence.actions if one.is_template]
    copiers = dict(_copied_shares(evidence.actions, parameters))
    return judged_by(
        [*(one.decision_id for one in (*machines, *short, *templates)), *copiers],
        looked_at=len(evidence.actions),
        right="Every decision has a named person and a reason in that person's own words.",
        wrong="Decisions lack a person, or a reason that is somebody's own words.",
        nothing=_NO_ACTION,
        counts={
            "by_no_person": len(machines),
            "too_short": len(short),
            "templates": len(templates),
            "people_who_copy": len(copiers),
            "largest_copied_share": round(max(copiers.values(), default=0.0), 4),
        },
    )


def people_saw_before_they_decided(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-02: the same person saw score and reasons before; many at once are marked as such."""
    before = timedelta(seconds=parameters.seen_before_s)
    seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for view in evidence.views:
        if view.has_reasons:
            seen[view.token, view.actor].append(view.at)
    unseen = [
        one.decision_id
        for one in evidence.actions
        if not any(at <= one.at - before for at in seen[one.token, one.actor])
    ]
    unmarked = list(_unmarked_bulk(evidence.actions, parameters))
    return judged_by(
        [*unseen, *unmarked],
        looked_at=len(evidence.actions),
        right="Every decision follows a view of score and reasons by the same person.",
        wrong="Decisions were made without seeing, or in bulk without being marked.",
        nothing=_NO_ACTION,
        counts={
            "not_seen_before": len(unseen),
            "bulk_not_marked": len(unmarked),
            "bulk": sum(one.is_bulk for one in evidence.actions),
        },
    )


def people_disagree_now_and_then(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-03: who never or always disagrees, beyond what chance explains, needs a review."""
    taken, disputed = Counter[str](), Counter[str]()
    for one in evidence.actions:
        taken[one.actor] += 1
        disputed[one.actor] += one.action == ActionKind.SCORE_DISPUTED
    near = parameters.disagreement_near
    extreme = []
    for actor, n in taken.items():
        low, high = wilson(disputed[actor], n)
        if n >= parameters.disagreement_from and (high <= near or low >= 1 - near):
            extreme.append(actor)
    low, high = wilson(disputed.total(), taken.total())
    return judged_by(
        [actor for actor in extreme if actor not in evidence.reviewed],
        looked_at=taken.total(),
        right="Nobody goes along with, or against, every score without a review.",
        wrong="People nearly always or nearly never disagree, and no review is on file.",
        nothing=_NO_ACTION,
        counts={
            "people": len(taken),
            "disputed": disputed.total(),
            "disputed_share_low": round(low, 4),
            "disputed_share_high": round(high, 4),
            "extreme": len(extreme),
        },
    )


def people_were_trained(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-04: training and authority as they were when each decision was made."""
    untrained = [
        one
        for one in evidence.actions
        if not any(
            record.subject == one.actor
            and record.authority.strip()
            and record.valid_from <= one.at < record.valid_until
            for record in evidence.training
        )
    ]
    return judged_by(
        sorted({one.actor for one in untrained}),
        looked_at=len(evidence.actions),
        right="Everybody who decided was trained and had the authority at that time.",
        wrong="People decided without valid training or authority.",
        nothing=_NO_ACTION,
        counts={"decisions_untrained": len(untrained), "trainings": len(evidence.training)},
    )


def the_stop_switch_stops(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-05: drilled in the window, in force in time, nothing served while it was off."""
    limit = timedelta(seconds=parameters.stop_within_s)
    drills = [one for one in evidence.drills if window.holds(one.drill.stopped_at)]
    slow = [one for one in drills if one.drill.refused_from - one.drill.stopped_at > limit]
    leaky = [one for one in drills if one.drill.scores_served_while_off or one.scored_while_off]
    times = [one.drill.refused_from - one.drill.stopped_at for one in drills]
    return judged_by(
        [one.drill.subject for one in (*slow, *leaky)],
        looked_at=len(drills),
        right="The stop switch was drilled, and nothing was served while it was off.",
        wrong="The stop switch took too long, or scores were served while it was off.",
        nothing="The stop switch was not drilled in the window.",
        counts={
            "longest_s": max((one.total_seconds() for one in times), default=0.0),
            "scores_while_off": sum(
                max(one.drill.scores_served_while_off, one.scored_while_off) for one in drills
            ),
        },
    )


def scores_led_to_help_only(
    evidence: HumanEvidence, window: Window, parameters: HumanParameters
) -> Verdict:
    """HUM-06: only actions that help; what HR did soon after a high score was seen is reviewed."""
    allowed = {kind.value for kind in ActionKind}
    foreign = [one.decision_id for one in evidence.actions if one.action not in allowed]
    within = timedelta(days=parameters.hr_event_days)
    listed = [
        one
        for one in evidence.hr_events
        if one.event.event.casefold().startswith(ADVERSE)
        and any(
            view.is_high
            and view.token == one.event.subject
            and view.at <= one.event.happened_at <= view.at + within
            for view in evidence.high_views
        )
    ]
    warnings = [] if evidence.hr_events else ["No HR event is on record, so none can be compared."]
    return judged_by(
        [*foreign, *(one.event.subject for one in listed if not one.is_reviewed)],
        looked_at=len(evidence.actions) + len(evidence.hr_events),
        right="Every action is one that helps, and nothing unreviewed followed a high score.",
        wrong="Actions are not allowed, or HR events after a high score await their review.",
        nothing="Neither a decision nor an HR event is on record.",
        counts={
            "actions_not_allowed": len(foreign),
            "hr_events": len(evidence.hr_events),
            "after_a_high_score": len(listed),
        },
        warnings=warnings,
    )


def _is_human(actor: str, programs: Sequence[str]) -> bool:
    is_marked = actor.strip().casefold().startswith(_MACHINE)
    return is_a_name(actor) and not is_marked and actor not in programs


def _copied_shares(
    actions: Sequence[ActionTaken], parameters: HumanParameters
) -> Iterator[tuple[str, float]]:
    """Yield who gives one reason again and again, with the share of reasons given before."""
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for one in actions:
        reasons[one.actor][one.reason_digest] += 1
    for actor, given in reasons.items():
        n = given.total()
        share = (n - len(given)) / n
        if n >= parameters.copied_from and share >= parameters.copied_share:
            yield actor, share


def _unmarked_bulk(actions: Sequence[ActionTaken], parameters: HumanParameters) -> Iterator[str]:
    """Yield the decisions of people who made so many in so short a time, unless marked."""
    within = timedelta(seconds=parameters.bulk_within_s)
    by_actor: dict[str, list[ActionTaken]] = defaultdict(list)
    for one in sorted(actions, key=lambda one: one.at):
        by_actor[one.actor].append(one)
    for made in by_actor.values():
        first = 0
        for last, one in enumerate(made):
            while one.at - made[first].at > within:
                first += 1
            if last - first + 1 >= parameters.bulk_from:
                yield from (some.decision_id for some in made[first : last + 1] if not some.is_bulk)


CONTROLS: tuple[Control[HumanEvidence, HumanParameters], ...] = (
    Control(
        "HUM-01",
        "Every decision has a named person and a reason in own words.",
        (OWN, "gdpr-22", "aia-14", "aia-26"),
        True,
        ("actions", "programs"),
        ("shortest_reason", "copied_share", "copied_from"),
        people_decided_in_their_own_words,
    ),
    Control(
        "HUM-02",
        "Every decision follows a view of score and reasons by the same person.",
        ("gdpr-22", "gdpr-schufa", "aia-14"),
        True,
        ("actions", "views"),
        ("seen_before_s", "bulk_from", "bulk_within_s"),
        people_saw_before_they_decided,
    ),
    Control(
        "HUM-03",
        "People who never or always disagree with scores are looked into.",
        ("aia-14",),
        False,
        ("actions", "reviewed"),
        ("disagreement_near", "disagreement_from"),
        people_disagree_now_and_then,
    ),
    Control(
        "HUM-04",
        "Everybody who decided was trained, with authority, at that time.",
        ("aia-26", "aia-4"),
        True,
        ("actions", "training"),
        (),
        people_were_trained,
    ),
    Control(
        "HUM-05",
        "The stop switch was drilled, and it stops.",
        ("aia-14", "aia-26"),
        False,
        ("drills",),
        ("stop_within_s",),
        the_stop_switch_stops,
    ),
    Control(
        "HUM-06",
        "Scores lead to help only; what HR did after a high score is reviewed.",
        ("aia-annex-3", "us-il", "gdpr-5"),
        True,
        ("actions", "hr_events", "high_views"),
        ("hr_event_days",),
        scores_led_to_help_only,
    ),
)
