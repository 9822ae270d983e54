"""The times during which a person must not be scored."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import FieldProblem, RequestRefused

LONGEST_REASON = 1000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class OptOutKind(StrEnum):
    """A wish, or the right to object: both bar scoring, and each is withdrawn by itself."""

    OPT_OUT = "opt_out"
    OBJECTION = "objection"


class Channel(StrEnum):
    """How it reached the organisation."""

    PORTAL = "portal"
    HR = "hr"
    EMAIL = "email"
    WORKS_COUNCIL = "works_council"
    PAPER = "paper"
    API = "api"


@dataclass(frozen=True, slots=True)
class OptOut:
    """A half-open interval ``[since, until)`` in UTC; scoring is barred while any one covers.

    An open one holds until the person ends it, also at instants before ``since``: a clock that goes
    back must not lift it. ``reason`` is the person's own words, which nobody owes; only privacy
    roles may read it. ``recorded_at`` is when it was put down, later than ``since`` where it was
    received earlier; None for one from before that was kept.
    """

    token: EmployeeToken
    since: datetime
    until: datetime | None = None
    kind: OptOutKind = OptOutKind.OPT_OUT
    channel: Channel = Channel.API
    reason: str = ""
    recorded_at: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether scoring is barred at this instant: at ``until`` it is not."""
        return self.until is None or self.since <= instant < self.until


@dataclass(frozen=True, slots=True)
class OptOutRequest:
    """What a person asked for: a kind, by which channel, why, and since when.

    ``effective_from`` is None for now; an earlier instant is when it was received.
    """

    kind: OptOutKind = OptOutKind.OPT_OUT
    channel: Channel = Channel.API
    reason: str = ""
    effective_from: datetime | None = None

    def since(self, now: datetime) -> datetime:
        """Return from when it holds; raises `RequestRefused` for an instant that cannot be."""
        if self.effective_from is None:
            return now
        if not _EARLIEST <= self.effective_from <= now:
            told = f"expected an instant from {_EARLIEST.year} until now, when it was received"
            raise RequestRefused([FieldProblem("effective_from", told)])
        return self.effective_from.astimezone(UTC)


def opt_out_request(
    *, kind: str = "", channel: str = "", reason: str = "", effective_from: str = ""
) -> OptOutRequest:
    """Return the request that texts tell; what is empty is as usual.

    Raises `RequestRefused` naming every text that cannot be used.

    >>> opt_out_request(kind="objection", effective_from="2026-03-01T09:00:00Z").kind.value
    'objection'
    """
    problems = []
    if kind and kind not in list(OptOutKind):
        problems.append(FieldProblem("kind", f"expected one of {', '.join(OptOutKind)}"))
    if channel and channel not in list(Channel):
        problems.append(FieldProblem("channel", f"expected one of {', '.join(Channel)}"))
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        told = f"expected at most {LONGEST_REASON} characters, without NUL"
        problems.append(FieldProblem("reason", told))
    since = _instant(effective_from)
    if effective_from and since is None:
        told = "expected an instant with its zone, such as 2026-03-01T09:00:00Z"
        problems.append(FieldProblem("effective_from", told))
    if problems:
        raise RequestRefused(problems)
    return OptOutRequest(
        OptOutKind(kind or OptOutKind.OPT_OUT),
        Channel(channel or Channel.API),
        " ".join(reason.split()),
        since,
    )


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return None if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
