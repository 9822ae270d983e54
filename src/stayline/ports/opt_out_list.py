"""Who must not be scored, and since when."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken


class OptOutList(Protocol):
    """Keeps opt-out intervals, half-open and in UTC."""

    def opt_out(
        self,
        token: EmployeeToken,
        *,
        at: datetime,
        kind: OptOutKind = OptOutKind.OPT_OUT,
        channel: Channel = Channel.API,
        reason: str = "",
        recorded_at: datetime | None = None,
    ) -> OptOut:
        """Bar scoring from ``at`` on until it is ended, and return the interval that does.

        Where one of this kind is open since then or earlier, nothing changes; an earlier ``at`` is
        an interval of its own beside it. An open interval bars at any instant, also when the clock
        goes back before ``at``.
        """
        ...

    def opt_in(self, token: EmployeeToken, *, at: datetime, kind: OptOutKind | None = None) -> bool:
        """End the open intervals of that kind (None: of every kind); return whether any was."""
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

    def everyone(self) -> list[OptOut]:
        """Return all intervals of all people, oldest first."""
        ...
