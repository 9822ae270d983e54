"""What the controls of MOD are told: versions that served, their figures, gates and alarms."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """A version that was deployed or answered in the window.

    ``deployed_digests`` are those that its deployments named. ``is_whole`` says that the archived
    bytes still have the approved digest.
    """

    version: int
    digest: str
    trained_by: str
    approved_by: str | None
    approved_at: datetime | None
    first_traffic_at: datetime | None
    deployed_at: datetime | None = None
    deployed_digests: tuple[str, ...] = ()
    is_whole: bool = True
    is_stand_in: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredMetric:
    """A figure that a version declares, and the same from what the pipeline computed it from."""

    version: int
    name: str
    declared: float
    recomputed: float | None


@dataclass(frozen=True, slots=True)
class LiveQuality:
    """What a watched window said of a version's quality, once labels were known."""

    version: int
    until: datetime
    metric: str
    has_failed: bool


@dataclass(frozen=True, slots=True)
class GateSeen:
    """One gate's result in the package itself; a waiver is who filed it and its last day."""

    version: int
    title: str
    has_passed: bool
    is_blocking: bool
    waived_by: str | None = None
    waived_until: date | None = None


@dataclass(frozen=True, slots=True)
class RangAlarm:
    """An alarm that began to ring, and when somebody took note of it."""

    alarm: str
    rang_at: datetime
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What a version's package says of people who got an action; None where it says nothing.

    ``treated_before`` counts the people who had got one when it was trained.
    """

    version: int
    treated_people: int | None
    treated_before: int


@dataclass(frozen=True, slots=True)
class ModelEvidence:
    """The versions of the window, and how they were watched.

    ``watched_days`` are the days whose window the monitor looked at; ``watched_since`` is when a
    model first was there to watch.
    """

    served: tuple[ServedVersion, ...] = ()
    metrics: tuple[DeclaredMetric, ...] = ()
    live: tuple[LiveQuality, ...] = ()
    gates: tuple[GateSeen, ...] = ()
    watched_days: tuple[date, ...] = ()
    watched_since: datetime | None = None
    alarms: tuple[RangAlarm, ...] = ()
    trained: tuple[TrainedOn, ...] = ()
