"""Rollouts as values."""

from typing import Any

from stayline.domain.deployment import Rollout
from stores import NOON


def rollout(**given: Any) -> Rollout:
    """Return a rollout of version 2 that Bo began at noon."""
    usual: dict[str, Any] = {
        "rollout_id": "r-1", "version": 2, "digest": "sha256:two", "from_version": 1,
        "canary_percent": 10, "started_by": "bo", "started_at": NOON, "renewed_at": NOON,
    }  # fmt: skip
    return Rollout(**usual | given)
