"""What a monitor says of a window of answered requests, and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from stayline.domain.gates import Verdict
from stayline.domain.light_values import light_value


class Monitor(StrEnum):
    """The four monitors, named as SageMaker names them in a schedule's ``MonitoringType``."""

    DATA = "DataQuality"
    QUALITY = "ModelQuality"
    BIAS = "ModelBias"
    ATTRIBUTION = "ModelExplainability"


@dataclass(frozen=True, slots=True)
class Window:
    """The time from ``start`` up to, but not at, ``end``; both in UTC."""

    start: datetime
    end: datetime


@light_value
class Finding:
    """One figure of a window held against its baseline, with its band and what follows from it.

    ``check`` is what was checked, in the words of the violations file (``baseline_drift_check``)
    or our own where that has none (``multivariate_drift_check``, ``no_data_check``). ``subject``
    is a feature, a group or a figure, empty for the window as a whole; ``metric`` is the figure's
    name (``psi``, ``auc``). ``low`` and ``high`` bound the value at the stated confidence;
    ``threshold`` is what it was held against, None for a figure that is told and not judged.
    ``n`` is the number of rows behind it. A verdict of `Verdict.FAIL` is a violation.
    """

    monitor: Monitor
    check: str
    verdict: Verdict
    reason: str
    subject: str = ""
    metric: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    baseline: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """How many captured lines a window held, and what became of those that could not be used.

    ``faults`` counts by name: ``torn line``, ``duplicate event``, ``other schema``, ``clock jump``.
    ``empty_hours`` are the hours of the window without a single record.
    """

    lines: int = 0
    rows: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    empty_hours: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """What the monitors found in one window of one model version's answers."""

    window: Window
    model_version: int
    model_digest: str
    intake: Intake
    findings: tuple[Finding, ...]
