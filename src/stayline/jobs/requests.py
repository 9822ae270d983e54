"""Look every day at which requests of people are overdue, so that an alarm can ring."""

from collections import Counter

from stayline.bootstrap import Ports
from stayline.domain.deadlines import RightsPolicy, Standing, standing
from stayline.domain.metric_points import MetricPoint
from stayline.domain.register.rights import RightsRequest
from stayline.formats.governance_toml import read_policy
from stayline.jobs.job import Call
from stayline.settings import Settings

OVERDUE, DUE_SOON = "RightsRequestsOverdue", "RightsRequestsDueSoon"
"""The names of the figures that alarms may watch."""


def check_requests(ports: Ports, settings: Settings, call: Call) -> str:
    """Put how many requests are overdue, and how many due soon, among the figures."""
    policy, now = read_policy(settings.home, "rights", RightsPolicy), ports.clock.now()
    stand = Counter(
        standing(entry.record, now.date(), due_soon_days=policy.due_soon_days)
        for entry in ports.register.entries(RightsRequest)
    )
    overdue, soon = stand[Standing.OVERDUE], stand[Standing.DUE_SOON]
    ports.metrics.put([MetricPoint(OVERDUE, now, overdue), MetricPoint(DUE_SOON, now, soon)])
    return f"{overdue} requests of people are overdue, {soon} more are due soon."
