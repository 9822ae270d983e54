"""Gather what scores and models rest on: of its time, in order, needed, and like the training."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from stayline.domain.compliance.areas.data import (
    DataEvidence,
    DataParameters,
    FeatureState,
    PopulationShift,
)
from stayline.domain.compliance.verdicts import Window
from stayline.domain.model_package import ApprovalStatus
from stayline.domain.register.accountability import FeaturePurpose
from stayline.domain.workforce_schema import Kind, Role, WorkforceSchema
from stayline.errors import NothingImported, ReportUnreadable, UnknownReport
from stayline.formats.data_constraints import Constraints, FeatureConstraints
from stayline.formats.data_statistics import FeatureStatistics, InferredType, Statistics
from stayline.formats.report_json import decode
from stayline.modelling.drift.distances import population_stability
from stayline.modelling.watching.monitors import CONSTRAINTS, STATISTICS
from stayline.modelling.watching.shown import RARE
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FEATURES, WRITE_TIME, FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.score_board import ScoreBoard
from stayline.usecases.check_compliance.facts import facts_of_answers, facts_of_trainings
from stayline.usecases.check_compliance.served import manifest_of

WATCH = "watch"
PEOPLE_AT_ONCE = 10_000
_WORDS = frozenset({Kind.CATEGORY, Kind.ORDINAL, Kind.FLAG})
_NUMBERS = frozenset({InferredType.INTEGRAL, InferredType.FRACTIONAL})
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DataPorts:
    """What area DATA is gathered from."""

    capture: CaptureLog
    features: FeatureStore
    imports: ImportLedger
    scores: ScoreBoard
    runner: PipelineRunner
    registry: ModelRegistry
    reports: ReportShelf
    register: GovernanceRegister
    clock: Clock


def gather_data(window: Window, ports: DataPorts, parameters: DataParameters) -> DataEvidence:
    """Return the evidence of area DATA; none of facts and features where nothing was imported."""
    purposes = tuple(entry.record for entry in ports.register.entries(FeaturePurpose))
    try:
        schema = ports.features.schema()
    except NothingImported:
        return DataEvidence(purposes=purposes)
    sample, seed = parameters.sample, parameters.seed
    trained = {
        one.execution_id
        for one in ports.runner.executions()
        if window.holds(one.started_at)
    }  # fmt: skip
    return DataEvidence(
        facts=(
            *facts_of_answers(window, sample, seed, ports.capture, ports.features),
            *facts_of_trainings(
                trained, sample, seed, ports.runner, ports.features, ports.clock.now()
            ),
        ),
        features=tuple(_states(window, ports)),
        collected=tuple(column.name for column in schema.stored_columns),
        used=tuple(sorted(_used(ports.registry))),
        purposes=purposes,
        shifts=tuple(_shifts(window, schema, ports)),
    )


def _used(registry: ModelRegistry) -> set[str]:
    """Return the inputs of every approved model whose package can be read."""
    approved = [one for one in registry.packages() if one.status is ApprovalStatus.APPROVED]
    manifests = [manifest_of(one, registry) for one in approved]
    return {item.name for one in manifests if one is not None for item in one.inputs}


def _states(window: Window, ports: DataPorts) -> Iterator[FeatureState]:
    """Yield what the newest watch report of the window says of each input."""
    age = _age_hours(window, ports)
    for at in reversed(ports.reports.times(WATCH)):
        if window.since < at <= window.until:
            with suppress(UnknownReport, ReportUnreadable):
                files = ports.reports.get(WATCH, at)
                if STATISTICS in files and CONSTRAINTS in files:
                    told = decode(files[STATISTICS], Statistics, STATISTICS)
                    kept = decode(files[CONSTRAINTS], Constraints, CONSTRAINTS)
                    yield from _of_report(told, kept, age)
                    return


def _of_report(
    statistics: Statistics, constraints: Constraints, age: float | None
) -> Iterator[FeatureState]:
    asked = {one.name: one for one in constraints.features}
    for feature in statistics.features:
        presence = feature.presence
        n = int(presence.num_present + presence.num_missing)
        yield FeatureState(
            name=feature.name,
            n=n,
            missing=presence.num_missing / n if n else 1.0,
            invalid=_invalid(feature, asked.get(feature.name)),
            age_hours=age,
        )


def _invalid(feature: FeatureStatistics, rule: FeatureConstraints | None) -> float:
    """Return the share of values that are words where numbers belong, or words nobody knows.

    Rare words, which the report puts together since they would pick somebody out, count as known.
    """
    text = feature.string_statistics
    if text is None or rule is None or not text.common.num_present:
        return 0.0
    if feature.inferred_type is InferredType.STRING and rule.inferred_type in _NUMBERS:
        return 1.0
    words = rule.string_constraints.domains if rule.string_constraints else ()
    unknown = sum(count for word, count in text.counts.items() if word not in (*words, RARE))
    return unknown / text.common.num_present if words else 0.0


def _age_hours(window: Window, ports: DataPorts) -> float | None:
    """Return the hours since facts last came, by file or by request; None where none ever did."""
    times = [
        record.completed_at
        for record in ports.imports.records()
        if record.completed_at is not None and record.completed_at <= window.until
    ]
    for people in ports.features.in_chunks(PEOPLE_AT_ONCE):
        newest = people.get_column(WRITE_TIME).max()
        if isinstance(newest, datetime) and newest <= window.until:
            times.append(newest)
    return (window.until - max(times)) / _HOUR if times else None


def _shifts(window: Window, schema: WorkforceSchema, ports: DataPorts) -> Iterator[PopulationShift]:
    """Yield how the people scored spread over each category, against those learned from.

    Those are the facts that were known when the deployed package was trained, which hold the
    segments, too.
    """
    package = ports.registry.deployed()
    tokens = [one.token for one in ports.scores.entries() if window.holds(one.scored_at)]
    if package is None or not tokens:
        return
    before = ports.features.frame(FEATURES, as_of=package.trained_at)
    scored = ports.features.newest(tokens)
    for column in schema.stored_columns:
        if column.kind in _WORDS or column.role is Role.SEGMENT:
            expected = Counter(before.get_column(column.name).drop_nulls().to_list())
            found = Counter(scored.get_column(column.name).drop_nulls().to_list())
            if expected and found:
                yield _shift(column.name, expected, found)


def _shift(
    name: str, expected: Mapping[object, int], found: Mapping[object, int]
) -> PopulationShift:
    values = sorted({*expected, *found}, key=str)
    before, now = (np.array([one.get(v, 0) for v in values]) for one in (expected, found))
    return PopulationShift(
        name=name,
        n=int(now.sum()),
        stability_index=round(population_stability(before, now), 6),
        unseen=len(found.keys() - expected.keys()),
    )
