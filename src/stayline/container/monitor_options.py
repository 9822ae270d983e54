"""What a monitoring job is asked for: the variables that Model Monitor sets, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from stayline.container.platform import DEFAULT_ROOT, Platform
from stayline.domain.monitoring import Monitor, Window
from stayline.errors import ProgramInputRefused

SOURCE = f"{DEFAULT_ROOT}/processing/input/endpoint"
OUTPUT = f"{DEFAULT_ROOT}/processing/output"
LONGEST_WINDOW = timedelta(days=3660)
ANALYSES: Mapping[str, Monitor] = {
    "DATA_QUALITY": Monitor.DATA,
    "MODEL_QUALITY": Monitor.QUALITY,
    "MODEL_BIAS": Monitor.BIAS,
    "MODEL_EXPLAINABILITY": Monitor.ATTRIBUTION,
}
TIMES = "start_time and end_time"
_SWITCH = {"Enabled": True, "Disabled": False}


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """One job's options; ``window`` is None where it is to be told from the files.

    ``statistics`` and ``constraints`` are where a baseline other than the package's lies.
    ``dimensions`` are those of the metrics. ``model_version`` None means: of whichever answered.
    """

    monitor: Monitor
    source: Path
    output: Path
    window: Window | None
    publishes: bool
    statistics: Path | None
    constraints: Path | None
    dimensions: Mapping[str, str]
    model_version: int | None


class _Captured(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    capture_index_names: tuple[Literal["endpointInput", "endpointOutput"], ...] = ()


class _Format(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    sagemaker_capture_json: _Captured


def monitor_options(platform: Platform) -> MonitorOptions:
    """Return the options; raises `ProgramInputRefused` for the first that cannot be used."""
    given = platform.environment
    analysis = given.get("analysis_type") or "DATA_QUALITY"
    if analysis not in ANALYSES:
        raise ProgramInputRefused("analysis_type", " or ".join(ANALYSES))
    _check_format(given.get("dataset_format") or "")
    publishes = given.get("publish_cloudwatch_metrics") or "Disabled"
    if publishes not in _SWITCH:
        raise ProgramInputRefused("publish_cloudwatch_metrics", " or ".join(_SWITCH))
    dimensions = {
        "Endpoint": given.get("sagemaker_endpoint_name") or "",
        "MonitoringSchedule": given.get("sagemaker_monitoring_schedule_name") or "",
    }
    return MonitorOptions(
        monitor=ANALYSES[analysis],
        source=_path(platform, "dataset_source") or platform.place(SOURCE),
        output=_path(platform, "output_path") or platform.place(OUTPUT),
        window=_window(given),
        publishes=_SWITCH[publishes],
        statistics=_path(platform, "baseline_statistics"),
        constraints=_path(platform, "baseline_constraints"),
        dimensions={name: value for name, value in dimensions.items() if value},
        model_version=_version(given.get("model_version") or ""),
    )


def checked_window(start: datetime, end: datetime) -> Window:
    """Return the window; refused are one that ends before it starts, and one of many years."""
    if not start < end or end - start > LONGEST_WINDOW or end.year == MAXYEAR:
        told = f"an end after the start, by {LONGEST_WINDOW.days} days at most, before {MAXYEAR}"
        raise ProgramInputRefused(TIMES, told)
    return Window(start, end)


def _check_format(text: str) -> None:
    if not text:
        return
    try:
        msgspec.json.decode(text, type=_Format)
    except (msgspec.MsgspecError, RecursionError) as error:
        told = (
            '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}; '
            "tables without the answers (csv, json, parquet) are not read"
        )
        raise ProgramInputRefused("dataset_format", told) from error


def _window(given: Mapping[str, str]) -> Window | None:
    start, end = given.get("start_time") or "", given.get("end_time") or ""
    if not start and not end:
        return None
    return checked_window(_instant("start_time", start), _instant("end_time", end))


def _instant(name: str, text: str) -> datetime:
    """Return an instant; a text without a zone is in UTC, as the service means it."""
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ProgramInputRefused(
            name, "an instant such as 2026-03-02T07:00:00Z, or neither of start and end"
        ) from None


def _path(platform: Platform, name: str) -> Path | None:
    text = platform.environment.get(name) or ""
    if not text:
        return None
    if not Path(text).is_absolute():
        raise ProgramInputRefused(name, "an absolute path")
    return platform.place(text)


def _version(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise ProgramInputRefused("model_version", "the number that the package is registered by")
    return int(text)
