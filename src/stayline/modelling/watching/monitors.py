"""The four monitors over one window, each from the window's rows and the package's baselines."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import polars as pl
from msgspec.structs import replace

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor, Window
from stayline.formats.data_constraints import Check
from stayline.formats.data_statistics import Statistics
from stayline.formats.drift_violations import ATTRIBUTION_CHECK, BIAS_CHECK
from stayline.formats.report_json import decode, encode
from stayline.modelling.dataset import PERSON
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.gaps import MISSING
from stayline.modelling.drift.violations import drift_violations
from stayline.modelling.drift.workforce import row_count_finding
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.predictor import Predictor
from stayline.modelling.watching.attribution import watch_attribution
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.bias import WindowRows, watch_bias
from stayline.modelling.watching.estimated_quality import estimated_quality
from stayline.modelling.watching.intake import last_of_each_person
from stayline.modelling.watching.labelled_quality import (
    IS_RIPE,
    LabelledQuality,
    labelled_qualities,
)
from stayline.modelling.watching.odd_inputs import odd_findings, violations_of
from stayline.modelling.watching.part import Part, blind
from stayline.modelling.watching.quality_findings import (
    HINDSIGHT_LEVEL,
    QUALITY_CHECK,
    estimate_against_truth,
    estimated_findings,
    labelled_findings,
    quality_violations,
)
from stayline.modelling.watching.request_frames import OddInputs
from stayline.ports.feature_store import EVENT_TIME

STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"
VIOLATIONS = "constraint_violations.json"
"""The names of Model Monitor; those of the other monitors begin with what they are of."""
QUALITY_STATISTICS = "model_quality_statistics.json"
QUALITY_VIOLATIONS = "model_quality_constraint_violations.json"
BIAS_VIOLATIONS = "bias_constraint_violations.json"
EXPLANATION = "explainability_analysis.json"
EXPLANATION_VIOLATIONS = "explainability_constraint_violations.json"
_ANEW = "the package has no baseline for it. Train a new version, which will have one."


def people_once(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row a person, their last, timed as the features that were asked with."""
    return last_of_each_person(frame).with_columns(pl.col("inferred_at").alias(EVENT_TIME))


def persons(tokens: pl.Series) -> np.ndarray:
    """Number people from 0; a row without a token is of somebody else than any other."""
    named = tokens.rank("dense").cast(pl.Int64)
    nameless = pl.int_range(len(tokens), eager=True) + (len(tokens) + 1)
    filled = pl.select(pl.coalesce(named, nameless)).to_series().to_numpy()
    return np.unique(filled, return_inverse=True)[1]


def watch_data(frame: pl.DataFrame, baselines: Baselines, odd: OddInputs | None = None) -> Part:
    """Return how the inputs of a window differ from those that the model learned from.

    ``frame`` is that of `people_once`, ``odd`` what of the requests did not fit the inputs: a gap
    that comes of it is a fault of the data and no drift. The files are those of Model Monitor.
    """
    if baselines.statistics is None or baselines.constraints is None:
        return blind(Monitor.DATA, Check.BASELINE_DRIFT, f"Drift cannot be told: {_ANEW}")
    statistics = feature_statistics(frame, baselines.inputs)
    findings = drift_findings(
        frame, baselines.inputs, statistics, baselines.statistics, baselines.joint
    )
    unfit = () if odd is None else odd_findings(odd, baselines.constraints)
    at_fault = {finding.subject for finding in unfit}
    findings = tuple(f for f in findings if not (f.metric == MISSING and f.subject in at_fault))
    found = drift_violations(statistics, baselines.constraints, findings)
    drifted = {(f.subject, f.check) for f in findings if f.verdict is Verdict.FAIL}
    broken = tuple(
        Finding(
            Monitor.DATA,
            violation.constraint_check_type,
            Verdict.FAIL,
            violation.description,
            subject=violation.feature_name,
            n=frame.height,
        )
        for violation in found.violations
        if violation.constraint_check_type not in (Check.BASELINE_DRIFT, Check.COMPLETENESS)
        and (violation.feature_name, violation.constraint_check_type) not in drifted
    )
    told = replace(found, violations=(*found.violations, *violations_of(unfit)))
    return Part(
        (*findings, *broken, *unfit),
        {
            STATISTICS: encode(statistics),
            CONSTRAINTS: encode(baselines.constraints),
            VIOLATIONS: encode(told),
        },
    )


def with_headcount(part: Part, counts: Mapping[datetime, int], window: Window) -> Part:
    """Add whether the workforce grew or shrank in another way than in the snapshots before.

    ``counts`` are people by snapshot. Snapshots of less than half of the largest, such as single
    corrections, say nothing of the whole and are left out. Each snapshot is judged once, in the
    window that it lies in: where no whole one does, nothing is added.
    """
    known = [(at, count) for at, count in sorted(counts.items()) if at < window.end]
    largest = max((count for _, count in known), default=0)
    whole = [(at, count) for at, count in known if 2 * count >= largest]
    if len(whole) < 2 or whole[-1][0] < window.start:
        return part
    *earlier, newest = (count for _, count in whole)
    return Part((*part.findings, row_count_finding(newest, earlier)), part.files)


def statistics_of(part: Part) -> Statistics | None:
    """Return the statistics that a data monitor left."""
    content = part.files.get(STATISTICS)
    return None if content is None else decode(content, Statistics, STATISTICS)


def watch_quality(
    frame: pl.DataFrame,
    labelled: pl.DataFrame | None,
    baselines: Baselines,
    rng: np.random.Generator,
) -> Part:
    """Return how good the flags are: estimated for the window, and measured where labels came.

    ``frame`` has ``risk`` and ``token``. ``labelled`` are earlier answers, whose horizon has passed
    (``is_ripe``), with ``risk``, ``label``, ``person`` and perhaps ``is_treated``; of these it is
    told as well what would have been estimated, and whether that came true.
    """
    estimate = estimated_quality(
        frame.get_column("risk").to_numpy(),
        persons(frame.get_column("token")),
        alert_from=baselines.alert_from,
        rng=rng,
    )
    findings = estimated_findings(estimate, baselines.quality)
    if not baselines.quality:
        findings += blind(
            Monitor.QUALITY, QUALITY_CHECK, f"Quality is not judged: {_ANEW}"
        ).findings
    files: dict[str, bytes] = {}
    if labelled is None or labelled.is_empty():
        why = "No answer's horizon has passed yet with its outcome known, so nothing was measured."
        findings += blind(Monitor.QUALITY, QUALITY_CHECK, why).findings
    else:
        for measured in labelled_qualities(labelled, alert_from=baselines.alert_from, rng=rng):
            findings += labelled_findings(measured, baselines.quality)
            if measured.statistics is not None and QUALITY_STATISTICS not in files:
                files[QUALITY_STATISTICS] = encode(measured.statistics)
                findings += _in_hindsight(labelled, measured, baselines, rng)
    files[QUALITY_VIOLATIONS] = encode(quality_violations(findings))
    return Part(findings, files)


def _in_hindsight(
    labelled: pl.DataFrame,
    measured: LabelledQuality,
    baselines: Baselines,
    rng: np.random.Generator,
) -> tuple[Finding, ...]:
    ripe = labelled.filter(pl.col(IS_RIPE))
    then = estimated_quality(
        ripe.get_column("risk").to_numpy(),
        np.unique(ripe.get_column(PERSON).to_numpy(), return_inverse=True)[1],
        alert_from=baselines.alert_from,
        rng=rng,
        level=HINDSIGHT_LEVEL,
    )
    return estimate_against_truth(then, measured)


def watch_groups(
    frame: pl.DataFrame,
    facets: pl.DataFrame,
    label: pl.Series,
    baselines: Baselines,
    rng: np.random.Generator,
) -> Part:
    """Return whether groups are treated more differently than when the model was registered.

    ``facets`` (n, attributes) and ``label`` (n,) go with the rows of ``frame``.
    """
    if baselines.bias is None:
        return blind(Monitor.BIAS, BIAS_CHECK, f"Groups cannot be compared: {_ANEW}")
    risk = frame.get_column("risk").to_numpy()
    rows = WindowRows(
        risk=risk,
        flagged=(risk >= baselines.alert_from).astype(np.int64),
        label=label.cast(pl.Int64),
        person=persons(frame.get_column("token")),
        facets=facets,
    )
    found = watch_bias(rows, baselines.bias, rng=rng)
    return Part(found.findings, {BIAS_VIOLATIONS: encode(found.violations)})


def watch_reasons(frame: pl.DataFrame, baselines: Baselines, rng: np.random.Generator) -> Part:
    """Return whether the model goes by other inputs than when it was registered."""
    if baselines.attribution is None:
        return blind(Monitor.ATTRIBUTION, ATTRIBUTION_CHECK, f"Reasons cannot be compared: {_ANEW}")
    found = watch_attribution(
        Predictor(baselines.model, threads=2),
        frame,
        persons(frame.get_column("token")),
        baselines.attribution,
        rng=rng,
    )
    files = {EXPLANATION_VIOLATIONS: encode(found.violations)}
    if found.analysis is not None:
        files[EXPLANATION] = encode(found.analysis)
    return Part(found.findings, files)
