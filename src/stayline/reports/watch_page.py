"""One window of a model's answers as a page for people: what changed, how sure, since when."""

from collections.abc import Iterable, Sequence

from stayline.domain.monitoring import Watched
from stayline.formats.data_statistics import Statistics
from stayline.reports import watch_words
from stayline.reports.courses import courses, same_model
from stayline.reports.drawing import short
from stayline.reports.feature_cards import feature_cards
from stayline.reports.pages import rendered
from stayline.reports.watch_sections import MONITORS, sections

MOST_PASSED = 12
"""More checks than this that are as before are folded away."""
_SECTIONS = (
    ("summary", "In words"),
    ("intake", "What came in"),
    ("features", "Features"),
    *MONITORS.values(),
    ("time", "Over time"),
)


def watch_page(
    watched: Watched,
    *,
    statistics: Statistics | None = None,
    baseline: Statistics | None = None,
    former: Iterable[Watched] = (),
    name: str = "",
    alarms: Sequence[str] = (),
) -> str:
    """Return the window as one HTML page that loads nothing else; equal values give equal bytes.

    ``statistics`` are the window's, ``baseline`` those of the data that the model learned from.
    ``former`` are other windows in any order; those of another model are left out of the courses.
    ``name`` says what is watched, ``alarms`` which alarms are on.
    """
    former = tuple(former)
    earlier = same_model(watched, former)
    found = courses(watched, earlier)
    cards = feature_cards(found, statistics, baseline)
    return rendered(
        "watch.html.j2",
        sections=_SECTIONS,
        monitors=sections(found, has_past=bool(earlier)),
        watched=watched,
        name=name,
        alarms=alarms,
        headline=watch_words.headline(watched),
        summary=tuple(watch_words.summary(found, len(cards))),
        words=watch_words,
        cards=cards,
        earlier=len(earlier),
        others=sum(one.model_digest != watched.model_digest for one in former),
        most_passed=MOST_PASSED,
        short=short,
    )
