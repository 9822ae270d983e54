"""One person's export as a page that the person can read, print and keep."""

from collections.abc import Sequence
from datetime import date, datetime

from stayline.domain.person_export import Fact, PersonExport, Value
from stayline.reports.pages import rendered

_SECTIONS = (
    ("meaning", "What a score is"),
    ("scores", "Your scores"),
    ("decisions", "Decisions"),
    ("data", "Your data"),
    ("choices", "Your choices and requests"),
    ("events", "What was done"),
    ("who", "Who sees it, and how long"),
)


def person_page(export: PersonExport) -> str:
    """Return the export as one HTML page that loads nothing else; every value is escaped."""
    return rendered(
        "person.html.j2",
        sections=_SECTIONS,
        export=export,
        data=(
            ("Features", "what scores are made from", _table(export.features)),
            ("Outcomes", "what your organisation told of your leaving or staying",
             _table(export.outcomes)),
            ("Protected attributes", "kept apart, to look for discrimination",
             _table(export.protected)),
        ),
        shown=_shown,
    )  # fmt: skip


def _table(facts: Sequence[Fact]) -> list[tuple[str, list[tuple[Fact, Value, bool]]]]:
    """Return each field with its values over time; True where it differs from the one before."""
    names = dict.fromkeys(name for fact in facts for name in fact.values)
    found = []
    for name in names:
        course: list[tuple[Fact, Value, bool]] = []
        for fact in facts:
            value = fact.values.get(name)
            if not course or course[-1][1] != value:
                course.append((fact, value, bool(course)))
        found.append((name, course))
    return found


def _shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return value.isoformat() if isinstance(value, date) else str(value)
