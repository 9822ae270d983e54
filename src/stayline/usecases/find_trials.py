"""How many people's band changed where two versions answered the very same rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEventKind
from stayline.ports.audit_log import AuditLog

MOST_EVENTS = 20
_TRIED = frozenset(
    {
        AuditEventKind.MODEL_DEPLOYED,
        AuditEventKind.DEPLOYMENT_REFUSED,
        AuditEventKind.DEPLOYMENT_ROLLED_BACK,
    }
)
_PARTS = {"shadow": "in the shadow", "trial": "on trial with people"}


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows that both versions answered: how many, how many fall into another band, how far apart.

    ``mean_shift`` is the mean absolute difference of the risks.
    """

    where: str
    at: datetime
    pairs: int
    bands_changed: int
    mean_shift: float


def find_trials(version: int, *, beside: int, audit: AuditLog) -> Sequence[Trial]:
    """Return the trials of a version in place of another one, newest first; both ways round."""
    found = [*_trials(version, beside, audit), *_trials(beside, version, audit)]
    return sorted(found, key=lambda trial: trial.at, reverse=True)


def _trials(version: int, beside: int, audit: AuditLog) -> Iterator[Trial]:
    for event in audit.between(kinds=_TRIED, subject=str(version), limit=MOST_EVENTS):
        if event.details.get("from_version") != beside:
            continue
        for part, where in _PARTS.items():
            pairs = _number(event.details, f"{part}_pairs")
            if pairs:
                yield Trial(
                    where,
                    event.at,
                    int(pairs),
                    int(_number(event.details, f"{part}_bands_changed")),
                    _number(event.details, f"{part}_mean_shift"),
                )


def _number(details: Mapping[str, str | int | float | bool | None], name: str) -> float:
    value = details.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
