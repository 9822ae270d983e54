"""The rules that ring where nobody says otherwise; ``alarms.toml`` in the home changes them."""

from datetime import timedelta

from stayline.domain.alarms import AlarmRule, Comparison, Statistic
from stayline.domain.monitoring import Monitor

_SERVING = timedelta(minutes=90)
"""How far back the server's figures count: far enough for five of a timer that looks only every ten
minutes, some of them late or left out. With a figure each minute the newest decide as soon."""
_WINDOWS = timedelta(days=3)
"""How far back figures of monitors count, which come hourly or daily."""


def _watched(name: str, monitor: Monitor, means: str, section: str) -> AlarmRule:
    """Return the rule over one monitor's violations; two windows without any end the alarm."""
    return AlarmRule(
        name=name,
        metric="watch_violations",
        dimensions={"Monitor": monitor.value},
        threshold=0,
        statistic=Statistic.MAXIMUM,
        datapoints_to_clear=2,
        looks_back=_WINDOWS,
        means=means,
        section=section,
    )


DEFAULT_RULES = (
    AlarmRule(
        name="latency-high",
        metric="EndToEndLatency_p95",
        threshold=200_000,
        clears_at=150_000,
        evaluation_periods=5,
        datapoints_to_alarm=3,
        datapoints_to_clear=5,
        looks_back=_SERVING,
        fewest=20,
        means="One request in twenty takes longer than 200 ms.",
        section="Latency is high",
    ),
    AlarmRule(
        name="server-errors",
        metric="Invocation5XXErrors",
        threshold=0.01,
        clears_at=0.005,
        period=timedelta(minutes=5),
        evaluation_periods=3,
        datapoints_to_alarm=2,
        datapoints_to_clear=2,
        looks_back=_SERVING,
        fewest=20,
        means="More than one request in a hundred fails.",
        section="Requests fail",
    ),
    AlarmRule(
        name="fallback-in-use",
        metric="FallbackShare",
        threshold=0,
        statistic=Statistic.MAXIMUM,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        datapoints_to_clear=5,
        looks_back=_SERVING,
        means="The model does not answer; kept scores are served in its place.",
        section="The fallback is in use",
    ),
    AlarmRule(
        name="capture-lag",
        metric="CaptureLag",
        threshold=0.1,
        clears_at=0.05,
        statistic=Statistic.MAXIMUM,
        evaluation_periods=5,
        datapoints_to_alarm=5,
        datapoints_to_clear=5,
        looks_back=_SERVING,
        means="Captured answers wait too long to be on disk.",
        section="The capture log falls behind",
    ),
    _watched(
        "data-drift",
        Monitor.DATA,
        "What is asked of the model is no longer what it was trained on.",
        "The data has drifted",
    ),
    _watched(
        "quality-low",
        Monitor.QUALITY,
        "The model's scores are worse than when it was approved.",
        "The model's quality has fallen",
    ),
    _watched(
        "bias-drift",
        Monitor.BIAS,
        "Groups are treated more differently than when the model was approved.",
        "Groups are treated differently than before",
    ),
    _watched(
        "attribution-drift",
        Monitor.ATTRIBUTION,
        "The model's scores rest on other features than when it was approved.",
        "The model's reasons have shifted",
    ),
    AlarmRule(
        name="no-data",
        metric="watch_rows",
        comparison=Comparison.AT_MOST,
        threshold=0,
        statistic=Statistic.MAXIMUM,
        looks_back=_WINDOWS,
        means="A monitor's window held no answer to look at, so nothing is known of the model.",
        section="No data in the window",
    ),
    AlarmRule(
        name="job-missed",
        metric="job_missed",
        each="Job",
        threshold=0,
        statistic=Statistic.MAXIMUM,
        looks_back=timedelta(days=1),
        means="A job that was due did not run.",
        section="A job was missed",
    ),
)
