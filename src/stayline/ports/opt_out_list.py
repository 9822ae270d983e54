"""Who must not be scored, and since when."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from stayline.domain.opt_out import OptOut
from stayline.domain.pseudonyms import EmployeeToken


class OptOutList(Protocol):
    """Keeps opt-out intervals, half-open and in UTC."""

    def opt_out(self, token: EmployeeToken, *, at: datetime) -> OptOut:
        """Bar scoring from ``at`` on until it is ended; when it is barred already, nothing changes.

        An open interval bars at any instant, also when the clock goes back before ``at``.
        """
        ...

    def opt_in(self, token: EmployeeToken, *, at: datetime) -> bool:
        """End the open interval at ``at``; return whether there was one."""
        ...

    def is_opted_out(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether scoring is barred at that instant."""
        ...

    def opted_out_of(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people for whom scoring is barred at that instant."""
        ...

    def opted_out(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone barred at that instant."""
        ...

    def intervals(self, token: EmployeeToken) -> list[OptOut]:
        """Return a person's intervals, oldest first."""
        ...

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove every interval of people who are erased; return how many went."""
        ...
