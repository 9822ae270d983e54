"""Figures over time: what alarms look at and timelines show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from stayline.domain.metric_points import MetricPoint


class MetricLog(Protocol):
    """Keeps points of metrics, by name and dimensions."""

    def put(self, points: Sequence[MetricPoint]) -> None:
        """Keep the points; one of the same name, dimensions and time replaces the former."""
        ...

    def points(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> list[MetricPoint]:
        """Return the points of that name with ``since <= at < until``, oldest first.

        ``dimensions`` are those that a point must have at least.
        """
        ...

    def purge(self, before: datetime) -> int:
        """Remove the points of before that time; return how many went."""
        ...
