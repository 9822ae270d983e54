"""How well a pilot's scores did, and how they treat groups, as far as it is known."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from stayline.domain.decisions import Decision
from stayline.domain.monitoring import Finding, Monitor
from stayline.domain.pilot_report import Figures, PilotFigure
from stayline.errors import ReportUnreadable, UnknownReport
from stayline.formats.model_archive import read_archive
from stayline.formats.watched_form import FILE, decode_watched
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.labelled_quality import LabelledQuality
from stayline.modelling.watching.quality_of_answers import quality_of_answers
from stayline.ports.answer_book import AnswerBook
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.report_shelf import ReportShelf

WATCH = "watch"
"""What the reports of watched windows are called on the shelf."""
_TOLD = ("recall", "precision", "auc", "share_flagged", "share_left")
_NO_WINDOW = (
    "No window of answers since the pilot began was looked at with protected attributes. The job "
    "`watch` does so daily, once there are answers and labels."
)


def quality(
    since: datetime,
    until: datetime,
    now: datetime,
    registry: ModelRegistry,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    decisions: Sequence[Decision],
) -> Figures:
    """Return the figures of the deployed model's answers of that time with a known outcome."""
    package = registry.deployed()
    if package is None:
        return Figures((), "No model is deployed.")
    source = f"answers of version {package.version}"
    rows = answers.between(since, until, model_version=package.version)
    if rows.is_empty():
        why = "No answer of that time is kept; the job `watch` keeps those of each day."
        return Figures((), why, source)
    archive = read_archive(registry.archive(package.digest), package.digest)
    found = quality_of_answers(
        rows,
        events=outcomes.of_events(now),
        people=outcomes.of_people(now),
        decisions=decisions,
        baselines=Baselines.of(archive, {}),
        now=now,
    )
    told = tuple(figure for one in found for figure in _figures(one))
    return Figures(told, found[0].lacking, source)


def fairness(since: datetime, reports: ReportShelf) -> Figures:
    """Return how groups fared in the newest window since then that was looked at for that."""
    for at in reversed(reports.times(WATCH)):
        if at <= since:
            break
        with suppress(UnknownReport, ReportUnreadable):
            watched = decode_watched(reports.file(WATCH, at, FILE))
            told = tuple(
                _group(finding)
                for finding in watched.findings
                if finding.monitor is Monitor.BIAS and finding.value is not None
            )
            if told:
                window = watched.window
                source = f"the window of {window.start:%Y-%m-%d} to {window.end:%Y-%m-%d}"
                return Figures(told, "", source)
    return Figures((), _NO_WINDOW)


def _figures(found: LabelledQuality) -> list[PilotFigure]:
    return [
        PilotFigure(found.subject, name, figure.value, figure.low, figure.high, found.n)
        for name in _TOLD
        if (figure := found.figures.get(name)) is not None
    ]


def _group(finding: Finding) -> PilotFigure:
    value = 0.0 if finding.value is None else finding.value
    name = finding.metric or finding.check
    return PilotFigure(
        finding.subject or "all rows", name, value, finding.low, finding.high, finding.n
    )
