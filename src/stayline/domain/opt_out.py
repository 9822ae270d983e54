"""The times during which a person must not be scored."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.pseudonyms import EmployeeToken


@dataclass(frozen=True, slots=True)
class OptOut:
    """A half-open interval ``[since, until)`` in UTC.

    An open one holds until the person ends it, also at instants before ``since``: a clock that goes
    back must not lift it.
    """

    token: EmployeeToken
    since: datetime
    until: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether scoring is barred at this instant: at ``until`` it is not."""
        return self.until is None or self.since <= instant < self.until
