"""What a window is held against: the package's baselines, labels by event, protected attributes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from stayline.container.files import read_frame
from stayline.container.monitor_files import UNREADABLE_FILE, files_below
from stayline.container.monitor_options import MonitorOptions
from stayline.container.platform import Platform
from stayline.domain.monitoring import Monitor
from stayline.errors import ProgramInputRefused
from stayline.formats.frozen_inputs import ATTRIBUTES
from stayline.formats.ground_truth import LineRefused, read_ground_truth_line
from stayline.ports.feature_store import EVENT_TIME, INSTANT, TOKEN

UNREADABLE_LABEL = "unreadable label"
REPEATED_LABEL = "repeated label"
STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"
CONSTRAINTS_OF: Mapping[Monitor, str] = {
    Monitor.DATA: "data_quality_constraints.json",
    Monitor.QUALITY: "model_quality_constraints.json",
    Monitor.BIAS: "bias_analysis.json",
    Monitor.ATTRIBUTION: "explainability_analysis.json",
}
"""The evaluation file of a package that each monitor holds a window against."""
_STATISTICS_OF: Mapping[Monitor, str] = {
    Monitor.DATA: "data_quality_statistics.json",
    Monitor.QUALITY: "model_quality_statistics.json",
}
_TELLS_MORE = {
    "data_quality_statistics.json": "joint_statistics.json",
    "bias_analysis.json": "fairness.json",
}
"""What goes with a report, and must not be taken together with another one in its place."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What became of answered requests, by event or inference id, and what could not be read."""

    left: Mapping[str, bool]
    faults: Counter[str]


def baseline_reports(platform: Platform, options: MonitorOptions) -> dict[str, bytes]:
    """Return the package's evaluation files by name, with the asked ones in their stead."""
    folder = platform.root / "processing/input/baseline"
    reports = {
        path.name: path.read_bytes() for path in sorted(folder.glob("*.json")) if path.is_file()
    }
    for asked, name, stands_for in (
        (options.statistics, STATISTICS, _STATISTICS_OF.get(options.monitor)),
        (options.constraints, CONSTRAINTS, CONSTRAINTS_OF[options.monitor]),
    ):
        if asked is not None and stands_for is not None:
            reports[stands_for] = _asked(asked, name).read_bytes()
            reports.pop(_TELLS_MORE.get(stands_for, ""), None)
    return reports


def given_labels(platform: Platform, at: datetime) -> Labels:
    """Return the labels of the input ``groundtruth``; of one event's labels the last counts."""
    left: dict[str, bool] = {}
    faults = Counter[str]()
    for path in files_below(platform.root / "processing/input/groundtruth", faults):
        try:
            lines = path.read_bytes().splitlines()
        except OSError:
            faults[UNREADABLE_FILE] += 1
            continue
        for line in filter(bytes.strip, lines):
            try:
                outcome = read_ground_truth_line(line, at)
            except (LineRefused, UnicodeError, RecursionError):
                faults[UNREADABLE_LABEL] += 1
                continue
            faults[REPEATED_LABEL] += outcome.event_id in left
            left[outcome.event_id] = outcome.left
    return Labels(left, faults)


def given_attributes(platform: Platform) -> pl.DataFrame | None:
    """Return the attributes of the input ``protected``; None where they were not given."""
    path = platform.optional_input("protected", ATTRIBUTES)
    if path is None:
        return None
    frame = read_frame(path)
    if frame.schema.get(TOKEN) != pl.String or frame.schema.get(EVENT_TIME) != INSTANT:
        raise ProgramInputRefused(ATTRIBUTES, f"{TOKEN!r} as text and {EVENT_TIME!r} in UTC")
    return frame


def _asked(path: Path, name: str) -> Path:
    found = path / name if path.is_dir() else path
    if not found.is_file():
        raise ProgramInputRefused(str(path), f"a file, or a folder with {name!r}; there is none")
    return found
