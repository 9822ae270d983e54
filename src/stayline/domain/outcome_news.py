"""Which of the outcomes that arrive are news, and which they put out of date."""

from collections.abc import Iterable, Mapping, MutableSequence
from dataclasses import dataclass, replace

from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken

Told = tuple[PersonOutcome, int | None]
"""What was told of a person, and where it is kept; None for what is told just now."""


@dataclass(frozen=True, slots=True)
class PeopleNews:
    """How much was new, what of it is to be kept, and where what it puts out of date is kept."""

    count: int
    news: list[PersonOutcome]
    outdated: list[int]


def news_of_events(events: Iterable[EventOutcome], known: Mapping[str, bool]) -> list[EventOutcome]:
    """Return the labels that differ from the last known, by event or inference id."""
    last, news = dict(known), list[EventOutcome]()
    for event in events:
        if last.get(event.event_id) != event.left:
            last[event.event_id] = event.left
            news.append(event)
    return news


def news_of_people(
    people: Iterable[PersonOutcome], known: Mapping[EmployeeToken, MutableSequence[Told]]
) -> PeopleNews:
    """Return what is new of people; ``known``, oldest first, holds a list for each of them.

    While a person's fate stays the same, only the first and the last telling of it are kept.
    """
    count, outdated = 0, list[int]()
    for person in people:
        told = known[person.token]
        if told and not _is_news(person, told[-1][0]):
            continue
        count += 1
        if len(told) > 1 and all(_is_same_fate(person, before) for before, _ in told[-2:]):
            _, place = told.pop()
            if place is not None:
                outdated.append(place)
        told.append((person, None))
    news = [new for told in known.values() for new, place in told if place is None]
    return PeopleNews(count, news, outdated)


def _is_news(told: PersonOutcome, last: PersonOutcome) -> bool:
    """Whether this was not known; what was true as of an earlier day is no news."""
    is_equal = replace(told, known_at=last.known_at) == last
    return not is_equal and told.seen_until >= last.seen_until


def _is_same_fate(told: PersonOutcome, last: PersonOutcome) -> bool:
    return (told.left_on, told.is_voluntary) == (last.left_on, last.is_voluntary)
