"""Show a manager the people of the own line, and which of their scores deserve a look."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ScoreSource
from stayline.domain.roles import Operation, Reach
from stayline.domain.rollout_scope import EVERYONE, RolloutScope
from stayline.domain.scores_alike import Alike, Direction, alike, direction
from stayline.domain.team import TeamMember, TeamPart, TeamScore, TeamWish, asked_for, counts
from stayline.errors import NoSuchPage, ScoringStopped
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory, DirectoryEntry
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import KeptRisk, ScoreBoard
from stayline.ports.scoring_control import ScoringControl

MOST = 2_000
"""How many people are listed at most: a manager's nearest, an HR partner's of the highest risk."""
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class TeamView:
    """One page of a team.

    ``found`` is how many people the wish is about, ``parts`` how many each part of the team has
    whatever words are looked for. ``is_cut`` says that there are more people than are listed,
    ``base_risk`` is where the scores start from, None without any.
    """

    members: Sequence[TeamMember]
    found: int
    parts: Mapping[TeamPart, int]
    page: int
    pages: int
    is_cut: bool
    reach: Reach
    base_risk: float | None
    now: datetime


def view_team(
    wish: TeamWish,
    page: int,
    *,
    scores_alike: Callable[[str], Sequence[Alike]],
    token_of: Callable[[str], EmployeeToken],
    directory: Directory,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
    caller: Caller,
    most: int = MOST,
) -> TeamView:
    """Return one page of the people a caller may see, as of now; each page is one audited event.

    These are who reports to the caller, directly or not, without who has left; for a reach of
    everyone, who has a score, the highest risk first. Somebody else is found by the whole HR id,
    within the same reach. Who opted out, is outside a pilot's scope or was never scored looks the
    same: a name without a score. ``scores_alike`` gives what became of people with like scores by
    a model's digest. At most ``most`` are listed. Raises `ScoringStopped`, and `NoSuchPage`
    past the last one.
    """
    now = clock.now()
    try:
        scope = control.scope()
    except ScoringStopped as refusal:
        kind, actor = AuditEventKind.REQUEST_REFUSED, caller.subject
        audit.append(refused(kind, refusal, actor=actor, subject=actor, at=now))
        raise
    line = _Line(caller, directory, features, scores, token_of, now, most)
    ranked = {one.token: one for one in line.ranked()}
    people, is_cut = line.people(wish.words, list(ranked))
    hidden = _without_score(people, scope, features, opt_outs, now)
    shown = [one.token for one in people if one.token not in hidden]
    kept = {one: ranked[one] for one in shown if one in ranked}
    kept |= scores.risks([one for one in shown if one not in ranked])
    tenths = {one.model.digest: scores_alike(one.model.digest) for one in kept.values()}
    members = [_member(one, kept.get(one.token), tenths) for one in people]
    found = asked_for(members, wish)
    pages = max(1, -(-len(found) // A_PAGE))
    if page > pages:
        raise NoSuchPage(page, pages)
    view = TeamView(
        members=found[(page - 1) * A_PAGE : page * A_PAGE],
        found=len(found),
        parts=counts(members),
        page=page,
        pages=pages,
        is_cut=is_cut,
        reach=line.reach,
        base_risk=next((one.base_risk for one in kept.values()), None),
        now=now,
    )
    audit.append(_event(view, wish, caller))
    return view


@dataclass(frozen=True, slots=True)
class _Line:
    """Whom a caller may see, as of now."""

    caller: Caller
    directory: Directory
    features: FeatureStore
    scores: ScoreBoard
    token_of: Callable[[str], EmployeeToken]
    now: datetime
    most: int

    @property
    def reach(self) -> Reach:
        return self.caller.reach(Operation.VIEW_EMPLOYEE)

    def ranked(self) -> Sequence[KeptRisk]:
        """Return the scores by which people are listed; none for a line, which lists by level."""
        return self.scores.highest(self.most) if self.reach is Reach.EVERYONE else ()

    def people(
        self, words: str, ranked: Sequence[EmployeeToken]
    ) -> tuple[list[DirectoryEntry], bool]:
        """Return the people that are listed, and whether there are more of them."""
        if self.reach is Reach.EVERYONE:
            listed = list(self.directory.find_all(ranked).values())
            is_cut = True
        else:
            below = self._below()
            listed, is_cut = below[: self.most], len(below) > self.most
        if is_cut and words:
            listed += self._of_hr_id(words, {one.token for one in listed})
        if not listed:  # before the first import nothing is known of who has left
            return [], is_cut
        gone = self.features.who_left([one.token for one in listed], at=self.now)
        return [one for one in listed if one.token not in gone], is_cut

    def _below(self) -> list[DirectoryEntry]:
        """Return the people of a manager; one who has left, or is not known, has none."""
        manager = self.caller.employee
        if manager is None:
            return []
        below = self.directory.people_below(manager, most=self.most + 1)
        return [] if not below or self.features.has_left(manager, at=self.now) else list(below)

    def _of_hr_id(self, words: str, listed: set[EmployeeToken]) -> list[DirectoryEntry]:
        """Return whoever has these words as HR id, if not listed anyway and within reach."""
        token = self.token_of(words)
        entry = None if token in listed else self.directory.find(token)
        if entry is None:
            return []
        manager = self.caller.employee
        is_led = manager != token and manager in self.directory.managers_above(token)
        return [entry] if self.reach is Reach.EVERYONE or is_led else []


def _without_score(
    people: Sequence[DirectoryEntry],
    scope: RolloutScope,
    features: FeatureStore,
    opt_outs: OptOutList,
    now: datetime,
) -> set[EmployeeToken]:
    """Return of whom no score may be shown: who opted out, and who is outside the scope."""
    tokens = [one.token for one in people]
    hidden = set(opt_outs.opted_out_of(tokens, at=now))
    if scope != EVERYONE:
        records = features.records(tokens)
        hidden |= {
            one for one in tokens if one not in records or not scope.includes(records[one].values)
        }
    return hidden


def _member(
    entry: DirectoryEntry, kept: KeptRisk | None, tenths: Mapping[str, Sequence[Alike]]
) -> TeamMember:
    name = entry.display_name or f"Person {entry.hr_id}"
    if kept is None:
        return TeamMember(entry.token, name, entry.hr_id, None)
    curve = tenths[kept.model.digest]
    like, earlier = alike(curve, kept.risk), kept.earlier
    if earlier is None:
        way = Direction.NONE_EARLIER
    elif earlier.model.digest != kept.model.digest:
        way = Direction.OTHER_MODEL
    else:
        way = direction(alike(curve, earlier.risk), like)
    source = ScoreSource.NIGHTLY if kept.prediction_id is None else ScoreSource.LIVE
    at = None if earlier is None else earlier.scored_at
    shown = TeamScore(kept.risk, kept.band, kept.scored_at, source, like, way, at)
    return TeamMember(entry.token, name, entry.hr_id, shown)


def _event(view: TeamView, wish: TeamWish, caller: Caller) -> AuditEvent:
    """Return the event of a page: how many were shown and by which right, nobody's name."""
    return AuditEvent(
        AuditEventKind.TEAM_VIEWED,
        actor=caller.subject,
        subject=caller.subject,
        at=view.now,
        details={
            "shown": len(view.members),
            "shown_scores": sum(one.score is not None for one in view.members),
            "found": view.found,
            "page": view.page,
            "part": wish.part.value,
            "order": wish.order.value,
            "has_words": bool(wish.words),
            "reach": view.reach.value,
            **({"employee": caller.employee} if caller.employee else {}),
        },
    )
