"""Whether what we depend on answers, known to all processes of a home."""

from datetime import datetime, timedelta
from typing import Protocol

DEPLOYED_PACKAGE = "deployed package"
"""The target that fails when a model cannot be found or loaded."""
IN_PROCESS = "model in process"
"""The target that fails when the model in this very process does not answer."""


class TargetHealth(Protocol):
    """Remembers since when a target has failed, across processes and restarts.

    In the healthy state `take_probe` and `succeeded` cost no more than a look into memory: a
    process learns of an outage that others saw when an attempt of its own fails.
    """

    def take_probe(self, target: str, at: datetime, interval: timedelta) -> bool:
        """Whether the caller may try the target now.

        Always while this process knows of no outage. During one, one caller an ``interval`` may,
        whatever its process.
        """
        ...

    def failed(self, target: str, at: datetime) -> datetime:
        """Note that the target did not answer; return since when it has failed."""
        ...

    def succeeded(self, target: str, at: datetime) -> None:
        """Note that the target answered, which ends an outage."""
        ...

    def failing_since(self, target: str) -> datetime | None:
        """Return since when the target has failed, whoever saw it; None while it answers.

        A process that asks knows of the outage from then on.
        """
        ...
