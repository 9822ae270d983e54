"""A version beside another one, as a rule the one that serves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from stayline.domain.roles import Operation
from stayline.reports import numbers
from stayline.usecases.find_trials import find_trials
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.models.asked import version_of
from stayline.web.portal.visits import Visit, asks

if TYPE_CHECKING:
    from stayline.usecases.compare_models import SideBySide, Value

_ORDER = (
    "figures",
    "recall by group",
    "recall minus everybody else's",
    "share flagged by group",
    "gates",
    "model",
    "inputs",
)
_SHORTENED = frozenset({"gates", "model", "inputs"})
"""Of these, rows that do not differ are shown on request only."""
_IN_POINTS = frozenset({"recall minus everybody else's"})
_IN_PERCENT = frozenset({"recall by group", "share flagged by group"})
_MOST_OFFERED = 50
COMPARED = (
    ("roc_auc", "ROC AUC"),
    ("recall", "Recall of alerts"),
    ("precision", "Precision of alerts"),
    ("lift", "Lift of alerts"),
    ("calibration_error", "Calibration error"),
    ("brier", "Brier score"),
)


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section's rows: what, and what each version says; in ``alike`` both say the same."""

    name: str
    rows: list[tuple[str, str, str]]
    alike: list[tuple[str, str, str]]


@get("/models/{version:str}/compare", sync_to_thread=True, opt=asks(Operation.SEE_MODELS))
def comparison_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    version: FromPath[str],
    beside: FromQuery[str] = "",
) -> Response[Any]:
    """Show a version beside the one asked for, else the deployed one, else the one before it."""
    from stayline.usecases.compare_models import compare_models  # with numpy, as `version.shown`

    registry, second = gateway.ports.registry, version_of(version)
    registry.find(second)
    others = [one.version for one in registry.packages() if one.version != second][::-1]
    first = version_of(beside) if beside else None
    if first is None:
        usual = (registry.deployed(), registry.previous())
        first = next((one.version for one in usual if one and one.version != second), None)
    if first is None and others:
        first = others[0]
    compared = None
    if first is not None and first != second:
        compared = compare_models(first, second, registry=registry)
    return pages.page(
        visit,
        "models/comparison.html.j2",
        version=second,
        first=first,
        others=[str(one) for one in others[:_MOST_OFFERED]],
        compared=compared,
        trials=()
        if compared is None or first is None
        else find_trials(second, beside=first, audit=gateway.ports.audit),
        sections=() if compared is None else _in_words(compared),
        paired=()
        if compared is None or compared.paired is None
        else [(name, getattr(compared.paired, key)) for key, name in COMPARED],
    )


def _in_words(compared: "SideBySide") -> list[SectionText]:
    """Return each section's rows as text, long ones without what is the same."""
    found = []
    for name in _ORDER:
        rows = compared.sections[name]
        texts = [(row.what, _told(row.first, name), _told(row.second, name)) for row in rows]
        alike = [text for text in texts if text[1] == text[2] and name in _SHORTENED]
        found.append(SectionText(name, [text for text in texts if text not in alike], alike))
    return [section for section in found if section.rows or section.alike]


def _told(value: "Value", section: str) -> str:
    if value is None:
        return "not there"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str | int):
        return str(value)
    if section in _IN_POINTS:
        return numbers.points(value)
    return numbers.percent(value) if section in _IN_PERCENT else numbers.decimal(value)
