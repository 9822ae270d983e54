"""The last score of each person, for when the endpoint is down and for the people who ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity, Reason


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """One kept score; ``reasons`` is empty where a batch run kept none."""

    token: EmployeeToken
    risk: float
    band: Band
    reasons: tuple[Reason, ...]
    model: ModelIdentity
    scored_at: datetime
    prediction_id: str | None = None


class ScoreBoard(Protocol):
    """Keeps one score a person, the newest."""

    def put(self, entries: Sequence[BoardEntry]) -> None:
        """Keep these scores; an older one never replaces a newer one."""
        ...

    def find(self, token: EmployeeToken) -> BoardEntry | None:
        """Return the kept score of a person."""
        ...

    def entries(self, limit: int | None = None) -> list[BoardEntry]:
        """Return the kept scores, highest risk first."""
        ...

    def erase(self, token: EmployeeToken) -> bool:
        """Remove a person's score; return whether there was one."""
        ...
