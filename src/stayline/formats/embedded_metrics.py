"""CloudWatch's embedded metric format: a line in a log that CloudWatch takes for a figure.

It costs no call and needs no permission beside that to log. The form is told in the CloudWatch user
guide under "Specification: Embedded metric format".
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec


def count_line(
    name: str, count: int, *, namespace: str, dimensions: Mapping[str, str], at: datetime
) -> str:
    """Return the line, without its end, that adds to a count.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> told = count_line("Calls", 2, namespace="Ours", dimensions={"Of": "us"}, at=noon)
    >>> msgspec.json.decode(told)["Calls"]
    2
    """
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    about = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return msgspec.json.encode({"_aws": about, **dimensions, name: count}).decode()
