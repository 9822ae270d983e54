"""Put the server's own figures of the last minute where alarms and timelines find them."""

from datetime import timedelta

from stayline.domain.metric_points import MetricPoint
from stayline.domain.serving_counts import serving_points
from stayline.ports.clock import Clock
from stayline.ports.metric_log import MetricLog
from stayline.ports.serving_figures import ServingFigures

LONGEST_GAP = timedelta(minutes=25)
"""After a longer one its mean would be told as if it were of now, so nothing is told of it.

A timer may call every ten minutes, and no timer is on time to the second: two such waits and some
minutes, so that neither a late call nor one left out while a job runs is a gap.
"""


def sample_serving(
    *, serving: ServingFigures, metrics: MetricLog, clock: Clock
) -> list[MetricPoint]:
    """Return the points put: what was counted since the last call; call it every minute, or
    every ten at least.

    None of a time in which no server ran, which is not the same as none of its requests. A server
    that began anew counts from nothing; what the one before counted after the last call is lost.
    The first call, and one after a long gap or a clock set back, only begins to count. The points
    are put before the counts are kept: a process that dies between tells a minute again within
    the next one.
    """
    counted, before = serving.counts(clock.now()), serving.last()
    if counted is None:
        return []
    points: list[MetricPoint] = []
    if before and timedelta() < counted.taken_at - before.taken_at <= LONGEST_GAP:
        points = serving_points(counted.since(before))
        metrics.put(points)
    serving.keep(counted)
    return points
