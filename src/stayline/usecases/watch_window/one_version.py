"""One window of one version's answers, through all four monitors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.alarms import AlarmState
from stayline.domain.gates import Verdict
from stayline.domain.model_package import ModelPackage
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.domain.watch_points import NO_DATA_CHECK
from stayline.formats.model_archive import read_archive
from stayline.formats.watched_form import FILE, encode_watched
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.intake import captured_window
from stayline.modelling.watching.monitors import (
    people_once,
    statistics_of,
    watch_data,
    watch_quality,
    watch_reasons,
    with_headcount,
)
from stayline.modelling.watching.no_data import why_no_data
from stayline.modelling.watching.part import Part
from stayline.modelling.watching.request_frames import OddInputs
from stayline.modelling.watching.shown import FEWEST_PEOPLE, few_people, shown
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import FeatureStore
from stayline.ports.metric_log import MetricLog
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.report_shelf import ReportShelf
from stayline.reports.watch_page import watch_page
from stayline.usecases.watch_window.groups import groups_part
from stayline.usecases.watch_window.outcomes import Outcomes, ripe_label
from stayline.usecases.watch_window.people import under_standing_tokens, without_gone
from stayline.usecases.watch_window.shelf import PAGE, watched_windows

SEED = 0
ANSWERS_AT_ONCE = 100_000
"""So that no other writer waits for long."""
ANSWERS = ("event_id", "inference_id", "inferred_at", "token", "risk", "model_version")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one version, its files, and how many answers each version gave."""

    watched: Watched
    files: Mapping[str, bytes]
    versions: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at a window, at one version after the other."""

    window: Window
    actor: str
    sampling_percent: int
    capture: CaptureLog
    features: FeatureStore
    registry: ModelRegistry
    opt_outs: OptOutList
    answers: AnswerBook
    outcomes: OutcomeBook
    decisions: DecisionBook
    protected: ProtectedAttributes
    reports: ReportShelf
    metrics: MetricLog
    alarms: AlarmBook
    audit: AuditLog
    clock: Clock
    tell: Tell

    def at(self, package: ModelPackage) -> Looked:
        """Return what was found of a version; its answers are in the answer book from then on."""
        window, clock = self.window, self.clock
        model = read_archive(self.registry.archive(package.digest), package.digest)
        baselines = Baselines.of(model, self.registry.reports(package.digest))
        self.tell(f"reading what was captured of version {package.version}")
        captured = captured_window(
            self.capture.blocks(window.start, window.end),
            inputs=baselines.inputs,
            window=window,
            model_version=package.version,
        )
        captured = under_standing_tokens(captured, self.answers)
        captured = without_gone(captured, self.features, self.opt_outs, at=clock.now())
        for some in captured.frame.select(ANSWERS).iter_slices(ANSWERS_AT_ONCE):
            self.answers.add(some)
        known = Outcomes(self.outcomes, baselines, clock.now())
        cohort = known.cohort(self.answers, self.decisions, version=package.version)
        frame = people_once(captured.frame)
        rng = np.random.default_rng(SEED)
        self.tell(f"comparing {captured.frame.height:,} answers with the baseline")
        data = self._inputs(frame, baselines, captured.odd)
        parts = [
            with_headcount(shown(data), self.features.headcounts(), self.window),
            watch_quality(frame, cohort, baselines, rng),
        ]
        if frame.height:
            self.tell("comparing groups and reasons")
            label = ripe_label(known.of(frame))
            parts += [
                groups_part(
                    frame, label, baselines, rng,
                    actor=self.actor, protected=self.protected, audit=self.audit, clock=clock,
                ),
                watch_reasons(frame, baselines, rng),
            ]  # fmt: skip
        else:
            parts.append(self._no_data(captured.intake))
        watched = Watched(
            window,
            package.version,
            package.digest,
            captured.intake,
            tuple(finding for part in parts for finding in part.findings),
        )
        statistics = statistics_of(data)
        page = watch_page(
            watched,
            statistics=statistics,
            baseline=None if statistics is None else baselines.statistics,
            former=watched_windows(self.reports, window.end),
            name=f"version {package.version}",
            alarms=self._ringing(),
        )
        files = {name: content for part in parts for name, content in part.files.items()}
        files |= {FILE: encode_watched(watched), PAGE: page.encode()}
        return Looked(watched, files, captured.versions)

    @staticmethod
    def _inputs(frame: pl.DataFrame, baselines: Baselines, odd: OddInputs) -> Part:
        if 0 < frame.height < FEWEST_PEOPLE:
            return few_people(frame.height)
        return watch_data(frame, baselines, odd) if frame.height else Part(())

    def _no_data(self, intake: Intake) -> Part:
        cause = why_no_data(
            intake, requests=self._requests(), sampling_percent=self.sampling_percent
        )
        reason = f"The window holds no answer to look at: {cause}."
        found = Finding(
            Monitor.DATA, NO_DATA_CHECK, Verdict.FAIL, reason, subject=str(cause), metric="rows"
        )
        return Part((found,))

    def _requests(self) -> int | None:
        """Return how many requests the server counted; None when nobody counted."""
        window = self.window
        points = self.metrics.points("Invocations", since=window.start, until=window.end)
        return int(sum(point.value for point in points)) if points else None

    def _ringing(self) -> list[str]:
        standings = self.alarms.standings().values()
        return [one.alarm for one in standings if one.state is AlarmState.ALARM]
