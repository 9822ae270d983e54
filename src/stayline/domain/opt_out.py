"""The times during which a person must not be scored."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.pseudonyms import EmployeeToken


@dataclass(frozen=True, slots=True)
class OptOut:
    """A half-open interval ``[since, until)`` in UTC; an open end means it still holds."""

    token: EmployeeToken
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether scoring is barred at this instant: at the first it is, at the last it is not."""
        return self.since <= instant and (self.until is None or instant < self.until)
