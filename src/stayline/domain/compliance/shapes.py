"""Digests of what a document was written for, so that a change of it asks for a new document."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stayline.domain.retention import RecordClass, RetentionPolicy

PURPOSE = "find people who may want to leave of their own accord, to offer them help"
"""What scores are for; an organisation that uses them for something else says so itself."""
ADDITIVE, TREES = "additive boosted trees", "boosted trees"


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What an impact assessment is about: the family of a model, its inputs, and what it is for."""

    family: str
    inputs: tuple[str, ...]
    purpose: str

    @property
    def digest(self) -> str:
        """``shape:`` and a SHA-256; the order of the inputs does not matter."""
        return _digest("shape", [self.family, sorted(self.inputs), self.purpose])


def retention_digest(policy: RetentionPolicy) -> str:
    """Return ``retention:`` and a SHA-256 of how long each class of records is kept, and where.

    Who decided a conflict and why does not matter, which side they follow does.
    """
    periods = {str(one): policy.promised_days(one) for one in RecordClass}
    decided: Sequence[Sequence[str]] = sorted(
        [str(one.record_class), str(one.follow)] for one in policy.decided
    )
    held: Mapping[str, object] = {
        "jurisdictions": sorted(policy.jurisdictions),
        "days": periods,
        "feature_history_days": policy.feature_history_days,
        "decided": decided,
    }
    return _digest("retention", held)


def _digest(kind: str, value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()}"
