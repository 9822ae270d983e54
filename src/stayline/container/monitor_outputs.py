"""What a monitoring job leaves: its reports, its metrics, and what it says at its exit."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from stayline.container.monitor_inputs import CONSTRAINTS, STATISTICS
from stayline.container.monitor_options import MonitorOptions
from stayline.container.monitor_parts import ANALYSIS, VIOLATIONS
from stayline.container.transform_outputs import written_whole
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Watched
from stayline.domain.watch_points import metric_points
from stayline.formats import cloudwatch_metrics, watched_form
from stayline.formats.cloudwatch_metrics import metric_lines, metrics_of_features, metrics_of_points
from stayline.formats.data_statistics import Statistics

METRICS = f"output/metrics/cloudwatch/{cloudwatch_metrics.FILE}"
_REPORTS = (STATISTICS, CONSTRAINTS, VIOLATIONS, ANALYSIS, watched_form.FILE)


def write_outputs(reports: Mapping[Path, bytes], folder: Path) -> None:
    """Leave the files, all of them whole; those of a former job in ``folder`` go.

    Nothing gets its name before everything is written, and the first one gets it last.
    """
    with ExitStack() as unfinished:
        for path, content in reports.items():
            unfinished.enter_context(written_whole(path)).write(content)
    for name in _REPORTS:
        if folder / name not in reports:
            (folder / name).unlink(missing_ok=True)


def metrics_file(
    watched: Watched, statistics: Statistics | None, options: MonitorOptions, *, of_features: bool
) -> bytes:
    """Return the window's metrics; ``of_features`` is whether the constraints let those be told."""
    at, dimensions = watched.window.end, options.dimensions
    metrics = [*metrics_of_points(metric_points(watched), dimensions)]
    if statistics is not None:
        metrics += metrics_of_features(statistics, at, dimensions)
    return metric_lines(
        metric for metric in metrics if of_features or not metric.metric_name.startswith("feature_")
    )


def exit_message(watched: Watched) -> str:
    """Return what the service's own container says, then what became of the lines.

    Counts and names of faults alone, so that nobody can be known by it.
    """
    return " ".join(_sentences(watched))


def _sentences(watched: Watched) -> Iterator[str]:
    if violations := _of(watched, Verdict.FAIL):
        told = _counted(violations, "violation")
        yield f"CompletedWithViolations: Job completed successfully with {told}."
    else:
        yield "Completed: Job completed successfully with no violations."
    if unseen := _of(watched, Verdict.INSUFFICIENT):
        yield f"{_counted(unseen, 'check')} had insufficient evidence."
    intake = watched.intake
    yield f"{_counted(intake.rows, 'answer')} of {_counted(intake.lines, 'captured line')};"
    yield f"{_counted(intake.empty_hours, 'empty hour')};"
    faults = [f"{name} {count:,}" for name, count in sorted(intake.faults.items())]
    yield f"{', '.join(faults) or 'no faults'}."


def _of(watched: Watched, verdict: Verdict) -> int:
    return sum(finding.verdict is verdict for finding in watched.findings)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
