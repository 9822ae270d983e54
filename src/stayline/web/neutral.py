"""One answer to everyone who may not know why a person has no score."""

from stayline.domain.request_rows import LONGEST_ID
from stayline.errors import (
    HasOptedOut,
    NoLongerEmployed,
    OutsidePilot,
    ScoreNotAvailable,
    UnknownEmployee,
)

NOT_TOLD = (HasOptedOut, NoLongerEmployed, OutsidePilot, UnknownEmployee)
"""Told apart by privacy roles only: the answer to one is the answer to all."""


def without_reason(error: Exception) -> Exception:
    """Return what is told of an error to whoever may not see opt-outs."""
    return ScoreNotAvailable(error.path) if isinstance(error, NOT_TOLD) else error


NOBODY = "nobody".ljust(LONGEST_ID + 1, "-")
"""Longer than any HR id that can be asked for, so nobody's."""
