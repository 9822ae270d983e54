"""The law on how long records are kept: record class by jurisdiction, each row with its source.

Not legal advice. ``mark`` says how a row was checked: V its own words were read, S a summary was, K
general knowledge, U its reach or status could not be settled. Years and months are counted at their
longest (366 and 184 days), so that a floor is never too short.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EVERYWHERE = ""
"""The jurisdiction of a row that holds in all of them."""


class RecordClass(StrEnum):
    """What a record is, for how long it may and must stay.

    A legal hold is no class: it keeps the records of a person, of whatever class.
    """

    RAW_INPUTS = "raw_inputs"
    """R1: features as they were asked, captured, cached, frozen for training or imported."""
    EVENTS = "events"
    """R2: what happened to whom when, by token, without features."""
    DECISIONS = "decisions"
    """R3: actions, their reasons and human reviews."""
    DOCUMENTATION = "documentation"
    """R3: fairness and watch reports, approvals, documentation of models."""


class Bound(StrEnum):
    """Whether a row says how long at most, or at least."""

    CEILING = "ceiling"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. In force from ``effective_on`` on, that day included; always when it is None."""

    record_class: RecordClass
    jurisdiction: str
    bound: Bound
    days: int
    source: str
    mark: str
    effective_on: date | None = None

    def holds(self, jurisdictions: frozenset[str], on: date) -> bool:
        """Whether it binds an organisation of these jurisdictions on a day."""
        is_here = self.jurisdiction == EVERYWHERE or self.jurisdiction in jurisdictions
        return is_here and (self.effective_on is None or self.effective_on <= on)


_C, _FLOOR = RecordClass, Bound.FLOOR
_SIX_MONTHS, _YEAR, _THREE_YEARS, _FOUR_YEARS, _TEN_YEARS = 184, 366, 1096, 1461, 3653
_AI_ACT, _DPDP = date(2027, 12, 2), date(2027, 5, 13)
_COLORADO, _CALIFORNIA = date(2027, 1, 1), date(2025, 10, 1)

TABLE: tuple[Rule, ...] = (
    Rule(
        _C.EVENTS, EVERYWHERE, _FLOOR, _SIX_MONTHS,
        "Stayline's own floor: what AI Act 19(1) and 26(6) ask from 2 December 2027", "V",
    ),
    Rule(_C.EVENTS, "EU", _FLOOR, _SIX_MONTHS, "AI Act 19(1) and 26(6)", "V", _AI_ACT),
    Rule(_C.EVENTS, "US", _FLOOR, _YEAR, "29 CFR 1602.14", "V"),
    Rule(_C.EVENTS, "IN", _FLOOR, 180, "CERT-In direction (iv)", "V"),
    Rule(_C.EVENTS, "IN", _FLOOR, _YEAR, "DPDP Rules r.6(1)(e) and r.8(3)", "V", _DPDP),
    Rule(_C.DECISIONS, "US", _FLOOR, _YEAR, "29 CFR 1602.14", "V"),
    Rule(_C.DECISIONS, "US-CO", _FLOOR, _THREE_YEARS, "Colorado SB 26-189", "S", _COLORADO),
    Rule(_C.DECISIONS, "US-CA", _FLOOR, _FOUR_YEARS, "2 CCR 11013(c)", "S", _CALIFORNIA),
    Rule(_C.DOCUMENTATION, "EU", _FLOOR, _TEN_YEARS, "AI Act 18", "S", _AI_ACT),
    Rule(_C.DOCUMENTATION, "US-NYC", _FLOOR, _SIX_MONTHS, "6 RCNY 5-303 (LL144)", "V"),
    Rule(_C.DOCUMENTATION, "US-CO", _FLOOR, _THREE_YEARS, "Colorado SB 26-189", "S", _COLORADO),
    Rule(_C.DOCUMENTATION, "US-CA", _FLOOR, _FOUR_YEARS, "2 CCR 11013(c)", "S", _CALIFORNIA),
    Rule(
        _C.RAW_INPUTS, "IN", _FLOOR, _YEAR,
        "DPDP Rules r.8(3), if it reaches raw inputs (disputed)", "U", _DPDP,
    ),
    Rule(
        _C.RAW_INPUTS, "US-CA", _FLOOR, _FOUR_YEARS,
        "2 CCR 11013(c), if automated-decision system data are raw inputs (unsettled)", "U",
        _CALIFORNIA,
    ),
)  # fmt: skip

JURISDICTIONS = frozenset({"EU", "US", "US-CO", "US-CA", "US-NYC", "US-IL", "IN"})


def with_unions(jurisdictions: frozenset[str]) -> frozenset[str]:
    """Return the jurisdictions and the wider ones that these lie in.

    >>> sorted(with_unions(frozenset({"US-CO"})))
    ['US', 'US-CO']
    """
    return jurisdictions | {name.partition("-")[0] for name in jurisdictions}
