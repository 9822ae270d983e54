"""Captured answers in; what changed since the model was registered out, as Model Monitor tells it.

One of four monitors, by ``analysis_type``, under Model Monitor's contract for own containers: its
variables, its paths, its files. docs/monitor-program.md lists them all.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from stayline.adapters.embedded.clock import SystemClock
from stayline.container.given_model import given_model
from stayline.container.monitor_files import CapturedFiles
from stayline.container.monitor_inputs import (
    Labels,
    baseline_reports,
    given_attributes,
    given_labels,
)
from stayline.container.monitor_options import MonitorOptions, monitor_options
from stayline.container.monitor_outputs import (
    METRICS,
    exit_message,
    metrics_file,
    write_outputs,
)
from stayline.container.monitor_parts import Given, watched_part
from stayline.container.platform import Platform, say
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor, Watched
from stayline.errors import ProgramInputRefused
from stayline.formats.watched_form import FILE, encode_watched
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.intake import CapturedWindow, captured_window
from stayline.modelling.watching.monitors import statistics_of
from stayline.modelling.watching.part import Part


def run(platform: Platform) -> None:
    """Write the reports of one monitor over one window, and say at the exit what was found.

    Violations are no failure of the job: it ends as completed, and its message tells them.
    """
    options = monitor_options(platform)
    reports = baseline_reports(platform, options)
    baselines = Baselines.of(given_model(platform), reports)
    files = CapturedFiles(options.source)
    window = options.window or files.extent()
    captured = captured_window(
        files.blocks(window),
        inputs=baselines.inputs,
        window=window,
        model_version=options.model_version,
    )
    version = _version(captured, options)
    say(f"{captured.frame.height:,} answers from {window.start} to {window.end}")
    now = SystemClock().now()
    labels = _labels(platform, options, now)
    faults = Counter(captured.intake.faults) + files.faults + labels.faults
    intake = replace(captured.intake, faults=dict(faults))
    attributes = given_attributes(platform) if options.monitor is Monitor.BIAS else None
    given = Given(baselines, reports, labels.left, attributes, now, captured.odd)
    part = watched_part(options.monitor, captured.frame, intake, given)
    watched = Watched(window, version, baselines.model.digest, intake, part.findings)
    outputs = {options.output / FILE: encode_watched(watched)}
    outputs |= {options.output / name: content for name, content in part.files.items()}
    if options.publishes:
        outputs[platform.root / METRICS] = _metrics(watched, part, baselines, options)
    write_outputs(outputs, options.output)
    for finding in part.findings:
        if finding.verdict is Verdict.FAIL:
            say(f"{finding.check} {finding.metric} {finding.subject}".rstrip())
    message = exit_message(watched)
    say(message)
    platform.report_success(message)


def _version(captured: CapturedWindow, options: MonitorOptions) -> int:
    """Return whose answers these are; 0 where neither the job nor an answer tells."""
    if options.model_version is not None:
        return options.model_version
    if len(captured.versions) > 1:
        told = ", ".join(
            "none" if v is None else str(v) for v in sorted(captured.versions, key=str)
        )
        raise ProgramInputRefused(
            "model_version",
            f"the version of the package in this job, since several answered (versions {told})",
        )
    return next(iter(captured.versions), None) or 0


def _labels(platform: Platform, options: MonitorOptions, now: datetime) -> Labels:
    if options.monitor in (Monitor.QUALITY, Monitor.BIAS):
        return given_labels(platform, now)
    return Labels({}, Counter())


def _metrics(watched: Watched, part: Part, baselines: Baselines, options: MonitorOptions) -> bytes:
    constraints = baselines.constraints
    return metrics_file(
        watched,
        statistics_of(part) if options.monitor is Monitor.DATA else None,
        options,
        of_features=constraints is None or constraints.monitoring_config.emit_metrics == "Enabled",
    )
