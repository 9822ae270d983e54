"""One card a feature: what the data monitor says of it, and its values then and now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor
from stayline.formats.data_statistics import FeatureStatistics, Presence, Statistics
from stayline.reports.courses import Course
from stayline.reports.drawing import short
from stayline.reports.small_pictures import number_picture, word_picture
from stayline.reports.then_and_now import number_bars, rounded_share, word_shares
from stayline.reports.watch_sections import ORDER
from stayline.reports.watch_words import is_judged

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FeatureCard:
    """A feature with its verdict, the findings that made it, a picture and its table.

    ``drawing`` is empty where there is nothing to compare; ``note`` then says why.
    """

    name: str
    verdict: Verdict
    courses: tuple[Course, ...]
    drawing: Markup
    note: str
    rows: tuple[Row, ...]


def feature_cards(
    courses: Iterable[Course], now: Statistics | None, then: Statistics | None
) -> tuple[FeatureCard, ...]:
    """Return the cards of all features: those that changed, then those that cannot be told of."""
    judged: dict[str, list[Course]] = {}
    for course in courses:
        finding = course.finding
        if finding.monitor is Monitor.DATA and finding.subject and is_judged(finding):
            judged.setdefault(finding.subject, []).append(course)
    sides = [_by_name(now), _by_name(then)]
    names = dict.fromkeys([*sides[1], *sides[0], *judged])
    cards = [
        _card(at, name, judged.get(name, []), sides[0].get(name), sides[1].get(name))
        for at, name in enumerate(names)
    ]
    return tuple(sorted(cards, key=lambda card: ORDER.index(card.verdict)))


def _card(
    at: int,
    name: str,
    courses: Sequence[Course],
    now: FeatureStatistics | None,
    then: FeatureStatistics | None,
) -> FeatureCard:
    drawn, note, rows = _compared(f"f{at}", name, now, then)
    found = {course.finding.verdict for course in courses}
    verdict = next((v for v in ORDER if v in found), Verdict.INSUFFICIENT)
    told = tuple(course for course in courses if course.finding.verdict is verdict)
    return FeatureCard(name, verdict, told, Markup(drawn), note, rows)  # noqa: S704 - our own SVG, escaped by its maker


def _compared(
    key: str, name: str, now: FeatureStatistics | None, then: FeatureStatistics | None
) -> tuple[str, str, tuple[Row, ...]]:
    if now is None or then is None:
        return "", f"The column is not in the {'window' if now is None else 'baseline'}.", ()
    presence = (_missing(then.presence, now.presence),)
    numbers, before = now.numerical_statistics, then.numerical_statistics
    if numbers is not None and before is not None:
        bars = number_bars(numbers, before)
        if bars is not None:
            means = _row("mean", before.mean, numbers.mean)
            spread = _row("standard deviation", before.std_dev, numbers.std_dev)
            rows = [_row(f"{share} are at most", was, is_) for share, was, is_ in bars.quantiles]
            drawn = number_picture(bars, key=key, name=name)
            return drawn, "", (means, spread, *rows, *presence)
    said, said_before = now.string_statistics, then.string_statistics
    if said is not None and said_before is not None:
        shares = word_shares(said, said_before)
        if shares:
            told = ((w.word, _share(w.then), _share(w.now)) for w in shares)
            return word_picture(shares, key=key, name=name), "", (*told, *presence)
    return "", "Fewer than 5 values, or values of another kind: nothing to compare.", presence


def _missing(then: Presence, now: Presence) -> Row:
    return "no value given", _share(_gap(then)), _share(_gap(now))


def _gap(presence: Presence) -> float:
    rows = presence.num_present + presence.num_missing
    return presence.num_missing / rows if rows else 0.0


def _share(share: float | None) -> str:
    return "fewer than 5 people" if share is None else rounded_share(share)


def _row(name: str, then: float | None, now: float | None) -> Row:
    return name, _told(then), _told(now)


def _told(number: float | None) -> str:
    return "not told" if number is None else short(number)


def _by_name(statistics: Statistics | None) -> Mapping[str, FeatureStatistics]:
    return {one.name: one for one in statistics.features} if statistics is not None else {}
