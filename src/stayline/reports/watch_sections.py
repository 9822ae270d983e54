"""What each monitor says of a window, sorted as a reader wants it: what changed comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor
from stayline.reports.courses import Course
from stayline.reports.small_pictures import course_picture, strength_picture
from stayline.reports.watch_words import is_judged, named

MOST_STRENGTHS = 12
ORDER = (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS)
MONITORS = {
    Monitor.DATA: ("data", "Data"),
    Monitor.QUALITY: ("quality", "Quality"),
    Monitor.BIAS: ("groups", "Groups of people"),
    Monitor.ATTRIBUTION: ("reasons", "What the model goes by"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One monitor's findings: ``notable`` changed or have not enough to say, ``passed`` are as
    before, ``told`` are not judged; ``judged_courses`` and ``told_courses`` have pictures.
    """

    key: str
    title: str
    notable: tuple[Course, ...]
    passed: tuple[Course, ...]
    told: tuple[Course, ...]
    judged_courses: tuple[tuple[Course, Markup], ...]
    told_courses: tuple[tuple[Course, Markup], ...]
    strengths: Markup

    @property
    def is_empty(self) -> bool:
        """Whether the monitor has nothing to say."""
        return not (self.notable or self.passed or self.told)


def sections(courses: Iterable[Course], *, has_past: bool) -> tuple[Section, ...]:
    """Return one section a monitor; without a past there are no courses to draw."""
    ordered = sorted(courses, key=lambda course: ORDER.index(course.finding.verdict))
    return tuple(
        _section(
            *words,
            [course for course in ordered if course.finding.monitor is monitor],
            has_past=has_past,
        )
        for monitor, words in MONITORS.items()
    )


def _section(key: str, title: str, own: Sequence[Course], *, has_past: bool) -> Section:
    judged = [course for course in own if is_judged(course.finding)]
    told = [course for course in own if not is_judged(course.finding)]
    return Section(
        key=key,
        title=title,
        notable=tuple(c for c in judged if c.finding.verdict is not Verdict.PASS),
        passed=tuple(c for c in judged if c.finding.verdict is Verdict.PASS),
        told=tuple(told),
        judged_courses=_drawn(judged, f"{key}-j") if has_past else (),
        told_courses=_drawn(told, f"{key}-t") if has_past else (),
        strengths=_strengths(told),
    )


def _drawn(courses: Iterable[Course], key: str) -> tuple[tuple[Course, Markup], ...]:
    return tuple(
        (
            course,
            Markup(course_picture(course, key=f"{key}{at}", title=named(course.finding))),  # noqa: S704 - our own SVG, escaped by its maker
        )
        for at, course in enumerate(courses)
        if any(point.value is not None for point in course.points)
    )


def _strengths(told: Iterable[Course]) -> Markup:
    """Draw the inputs that weigh most, then or now."""
    rows = [
        (course.finding.subject, course.finding.baseline, course.finding.value)
        for course in told
        if course.finding.monitor is Monitor.ATTRIBUTION and course.finding.subject
    ]
    known = [(name, was, now) for name, was, now in rows if was is not None and now is not None]
    if not known:
        return Markup()
    known.sort(key=lambda row: (-max(row[1:]), row[0]))
    title = "Mean strength of the inputs, then and now"
    return Markup(strength_picture(known[:MOST_STRENGTHS], key="strengths", title=title))  # noqa: S704 - our own SVG, escaped by its maker
