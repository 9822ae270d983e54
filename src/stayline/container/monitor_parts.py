"""The one monitor that a job runs, on whatever of its inputs was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from stayline.container.monitor_inputs import CONSTRAINTS, CONSTRAINTS_OF, STATISTICS
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor
from stayline.domain.watch_points import NO_DATA_CHECK
from stayline.formats.drift_violations import BIAS_CHECK
from stayline.modelling.dataset import PERSON
from stayline.modelling.watching import monitors
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.known_facets import facets_at
from stayline.modelling.watching.labelled_quality import IS_RIPE, ripe_by
from stayline.modelling.watching.labels import LABEL, labelled
from stayline.modelling.watching.no_data import NoData, why_no_data
from stayline.modelling.watching.part import Part, blind
from stayline.modelling.watching.request_frames import OddInputs

SEED = 0
ANALYSIS, VIOLATIONS = "analysis.json", "constraint_violations.json"
NAMES: Mapping[str, str] = {
    monitors.STATISTICS: STATISTICS,
    monitors.VIOLATIONS: VIOLATIONS,
    monitors.QUALITY_STATISTICS: STATISTICS,
    monitors.QUALITY_VIOLATIONS: VIOLATIONS,
    monitors.BIAS_VIOLATIONS: VIOLATIONS,
    monitors.EXPLANATION: ANALYSIS,
    monitors.EXPLANATION_VIOLATIONS: VIOLATIONS,
    monitors.CONSTRAINTS: CONSTRAINTS,
}
"""What the service calls the files of a job, whose monitor stands in its request."""
_NOTHING_THERE = "no request reached the endpoint, or what was answered was not captured"


@dataclass(frozen=True, slots=True)
class Given:
    """What a window is watched with; ``labels`` by event is empty, and ``attributes`` None, where
    they were not given. Labels are taken as known at ``now``. ``odd`` is what of the
    requests did not fit the inputs.
    """

    baselines: Baselines
    reports: Mapping[str, bytes]
    labels: Mapping[str, bool]
    attributes: pl.DataFrame | None
    now: datetime
    odd: OddInputs


def watched_part(monitor: Monitor, answered: pl.DataFrame, intake: Intake, given: Given) -> Part:
    """Return what the monitor found, its files by the service's names.

    ``answered`` is the frame of `captured_window`. Without a row in it that is a violation by
    itself, and only the data monitor has more to say.
    """
    found = Part(())
    if answered.height or monitor is Monitor.DATA:
        found = _found(monitor, answered, given)
    files = {NAMES[name]: content for name, content in found.files.items()}
    if held_against := given.reports.get(CONSTRAINTS_OF[monitor]):
        files.setdefault(CONSTRAINTS, held_against)
    if answered.height:
        return Part(found.findings, files)
    return Part((*found.findings, _no_data(monitor, intake)), files)


def _found(monitor: Monitor, answered: pl.DataFrame, given: Given) -> Part:
    frame = monitors.people_once(answered)
    baselines, rng = given.baselines, np.random.default_rng(SEED)
    match monitor:
        case Monitor.DATA:
            return monitors.watch_data(frame, baselines, given.odd)
        case Monitor.QUALITY:
            known = _with_labels(answered, given) if given.labels else None
            return monitors.watch_quality(frame, known, baselines, rng)
        case Monitor.BIAS:
            return _groups(frame, given, rng)
        case Monitor.ATTRIBUTION:
            return monitors.watch_reasons(frame, baselines, rng)


def _groups(frame: pl.DataFrame, given: Given, rng: np.random.Generator) -> Part:
    baselines = given.baselines
    if given.attributes is None or baselines.bias is None:
        lacking = "baseline" if baselines.bias is None else "attributes of people"
        told = f"Groups cannot be compared: this job was given no {lacking}."
        return blind(Monitor.BIAS, BIAS_CHECK, told)
    facets = facets_at(frame, given.attributes, baselines.schema, baselines.bias)
    rows = _with_labels(frame, given)
    label = rows.select(pl.when(pl.col(IS_RIPE)).then(pl.col(LABEL)).alias(LABEL)).to_series()
    return monitors.watch_groups(frame, facets, label, baselines, rng)


def _with_labels(answered: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Return the rows with ``label``, ``is_ripe`` and ``person``, in their order."""
    schema = given.baselines.schema
    rows = labelled(
        answered, events=given.labels, people=(), horizon_months=given.baselines.horizon_months
    ).frame
    ripe = ripe_by(rows.get_column("inferred_at"), schema, known_until=given.now)
    person = monitors.persons(rows.get_column("token"))
    return rows.with_columns(ripe.alias(IS_RIPE), pl.Series(PERSON, person))


def _no_data(monitor: Monitor, intake: Intake) -> Finding:
    cause: str | None = why_no_data(intake, requests=None, sampling_percent=100)
    if not intake.lines:
        cause = NoData.UNREADABLE if intake.faults else _NOTHING_THERE
    reason = f"The window holds no answer to look at: {cause}."
    return Finding(monitor, NO_DATA_CHECK, Verdict.FAIL, reason, metric="rows")
