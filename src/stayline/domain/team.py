"""A team as a list: whose score deserves a look first, and which of them are asked for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from stayline.domain.alert_policy import Band
from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ScoreSource
from stayline.domain.scores_alike import Alike, Direction


@light_value
class TeamScore:
    """A score as a list shows it: never without its age, its source and how sure it is.

    ``alike`` is what became of people with such a score, None where the model's package does not
    tell. ``earlier_at`` is when the score was made that ``direction`` compares it with.
    """

    risk: float
    band: Band
    scored_at: datetime
    source: ScoreSource
    alike: Alike | None
    direction: Direction
    earlier_at: datetime | None


@light_value
class TeamMember:
    """One person; ``score`` is None for whoever has none to show, whatever the cause."""

    token: EmployeeToken
    name: str
    hr_id: str
    score: TeamScore | None


class TeamOrder(StrEnum):
    """By what a team is sorted."""

    ATTENTION = "attention"
    RISK = "risk"
    NAME = "name"
    AGE = "age"


class TeamPart(StrEnum):
    """Which people of a team are shown."""

    ALL = "all"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    RISEN = "risen"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class TeamWish:
    """What a reader of the list asked for; ``words`` are looked for in names and HR ids."""

    part: TeamPart = TeamPart.ALL
    order: TeamOrder = TeamOrder.ATTENTION
    words: str = ""


_OF_BAND = {band: TeamPart(band.value) for band in Band}
_RANK = {Band.HIGH: 0, Band.MEDIUM: 1, Band.LOW: 2}


def asked_for(members: Iterable[TeamMember], wish: TeamWish) -> list[TeamMember]:
    """Return the people a wish is about, in its order; whoever has no score comes last, by name.

    What deserves attention: the band first, within it a risk that has clearly risen, then the risk.
    """
    words = wish.words.casefold().split()
    found = [one for one in members if wish.part in _parts(one) and _has(one, words)]
    return sorted(found, key=lambda one: (*_rank(one, wish.order), one.name.casefold(), one.token))


def counts(members: Sequence[TeamMember]) -> dict[TeamPart, int]:
    """Return how many people each part of a team has."""
    found = Counter(chain.from_iterable(map(_parts, members)))
    return {part: found[part] for part in TeamPart}


def _parts(member: TeamMember) -> tuple[TeamPart, ...]:
    """Return the parts of a team that somebody is in."""
    score = member.score
    if score is None:
        return TeamPart.ALL, TeamPart.WITHOUT
    if score.direction is Direction.HIGHER:
        return TeamPart.ALL, _OF_BAND[score.band], TeamPart.RISEN
    return TeamPart.ALL, _OF_BAND[score.band]


def _has(member: TeamMember, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{member.name} {member.hr_id}".casefold()
    return all(word in text for word in words)


def _rank(member: TeamMember, order: TeamOrder) -> tuple[float, ...]:
    score = member.score
    if order is TeamOrder.NAME:
        return ()
    if score is None:
        return (1,)
    if order is TeamOrder.RISK:
        return (0, -score.risk)
    if order is TeamOrder.AGE:
        return (0, score.scored_at.timestamp())
    return (0, _RANK[score.band], score.direction is not Direction.HIGHER, -score.risk)
