"""By when a person's request must be answered, in whole days of the calendar."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.errors import RightsRequestRefused

GRIEVANCE_DAYS = 90
SHORT_DAYS = 30
EXTENSION_MONTHS = 2
LONGEST_TEXT = 1000


class Jurisdiction(StrEnum):
    """Whose law a request goes by; codes of ISO 3166, and NYC for its Local Law 144."""

    EU = "EU"
    UK = "UK"
    IN = "IN"
    US = "US"
    US_CA = "US-CA"
    US_CO = "US-CO"
    US_IL = "US-IL"
    NYC = "NYC"


@dataclass(frozen=True, slots=True)
class RightsPolicy:
    """``[rights]`` of governance.toml: by whose law requests go that name none, and warnings."""

    jurisdiction: Jurisdiction = Jurisdiction.EU
    due_soon_days: int = 7


class Standing(StrEnum):
    """How a request stands on a day."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    CLOSED = "closed"
    CLOSED_LATE = "closed_late"


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day where it has none.

    >>> months_after(date(2026, 1, 31), 1), months_after(date(2028, 1, 31), 1)
    (datetime.date(2026, 2, 28), datetime.date(2028, 2, 29))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_on(kind: RequestKind, jurisdiction: str, received_on: date) -> date:
    """Return the last day to answer in.

    One calendar month, counted from the day after receipt (GDPR 12(3)); 90 days for a grievance in
    India (rule 14(3)), 30 for data of a bias audit in New York (6 RCNY 5-304), and for anything in
    Colorado. A last day that is no working day is not put off: the earlier one is always in time.

    >>> due_on(RequestKind.ACCESS, "EU", date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    """
    if kind is RequestKind.GRIEVANCE and jurisdiction == Jurisdiction.IN:
        return received_on + timedelta(days=GRIEVANCE_DAYS)
    if kind is RequestKind.BIAS_AUDIT_DATA or jurisdiction == Jurisdiction.US_CO:
        return received_on + timedelta(days=SHORT_DAYS)
    return months_after(received_on, 1)


def opened(
    subject: str, kind: RequestKind, jurisdiction: Jurisdiction, received_on: date, *, today: date
) -> RightsRequest:
    """Return a new request with its last day; raises `RightsRequestRefused` for a day to come."""
    if not date(2000, 1, 1) <= received_on <= today:
        raise RightsRequestRefused(
            f"it would be received on {received_on}.", "Name the day it came in, today at latest."
        )
    last = due_on(kind, jurisdiction, received_on)
    return RightsRequest(subject, kind, jurisdiction.value, received_on, last)


def extended(request: RightsRequest, reason: str, *, today: date) -> RightsRequest:
    """Return the request with two months more, or raise `RightsRequestRefused`.

    Only where one calendar month is the rule, once, with a reason that the person is told within
    that month (GDPR 12(3)).
    """
    why, usual = " ".join(reason.split()), months_after(request.received_on, 1)
    if request.closed_on is not None:
        raise RightsRequestRefused(f"it was closed on {request.closed_on}.", "Open a new one.")
    if request.extended_on is not None:
        raise RightsRequestRefused(
            f"it was extended on {request.extended_on}.", "That can be done once."
        )
    if due_on(request.kind, request.jurisdiction, request.received_on) != usual or (
        request.jurisdiction not in (Jurisdiction.EU, Jurisdiction.UK)
    ):
        raise RightsRequestRefused(
            f"a {request.kind.value} request under {request.jurisdiction} cannot be extended.",
            f"Answer it by {request.due_on}.",
        )
    if not why or len(why) > LONGEST_TEXT:
        raise RightsRequestRefused(
            f"the reason has {len(why)} characters.", f"Give one of 1 to {LONGEST_TEXT}."
        )
    if today > request.due_on:
        raise RightsRequestRefused(
            f"the month ended on {request.due_on}.", "The person had to be told within it."
        )
    later = months_after(request.received_on, 1 + EXTENSION_MONTHS)
    return replace(request, due_on=later, extended_on=today, extension_reason=why)


def closed(request: RightsRequest, outcome: str, closed_on: date, *, today: date) -> RightsRequest:
    """Return the request as answered on that day, or raise `RightsRequestRefused`."""
    told = " ".join(outcome.split())
    if request.closed_on is not None:
        raise RightsRequestRefused(f"it was closed on {request.closed_on}.", "Open a new one.")
    if not request.received_on <= closed_on <= today:
        raise RightsRequestRefused(
            f"it would be closed on {closed_on}.",
            f"Name the day it was answered, from {request.received_on} until today.",
        )
    if not told or len(told) > LONGEST_TEXT:
        raise RightsRequestRefused(
            f"the outcome has {len(told)} characters.",
            f"Say what was done, in 1 to {LONGEST_TEXT}.",
        )
    return replace(request, closed_on=closed_on, outcome=told)


def standing(request: RightsRequest, today: date, *, due_soon_days: int) -> Standing:
    """Return how a request stands; its last day is still in time.

    >>> late = RightsRequest("", RequestKind.ACCESS, "EU", date(2026, 1, 31), date(2026, 2, 28))
    >>> standing(replace(late, closed_on=date(2026, 3, 1)), date(2026, 3, 1), due_soon_days=7).value
    'closed_late'
    """
    if request.closed_on is not None:
        return Standing.CLOSED if request.closed_on <= request.due_on else Standing.CLOSED_LATE
    if today > request.due_on:
        return Standing.OVERDUE
    is_soon = request.due_on - today <= timedelta(days=due_soon_days)
    return Standing.DUE_SOON if is_soon else Standing.OPEN
