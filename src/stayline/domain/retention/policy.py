"""What an organisation has decided on keeping records: ``[retention]`` of ``governance.toml``."""

from dataclasses import dataclass
from enum import StrEnum

from stayline.domain.retention.table import JURISDICTIONS, RecordClass


class Follow(StrEnum):
    """Which side of a conflict an organisation follows."""

    CEILING = "ceiling"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class DecidedConflict:
    """A conflict that the organisation has settled, by whom and why."""

    record_class: RecordClass
    follow: Follow
    by: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a decision that nobody answers for."""
        if not (self.by.strip() and self.reason.strip()):
            raise ValueError("a decided conflict needs a name in 'by' and a 'reason'")


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """For how long this organisation keeps what, and where it is bound.

    The ``..._days`` are its promises, each a ceiling; None promises nothing. ``backups`` are
    folders to look at. ``purge_ahead_days`` is how long before its ceiling something goes, so that
    nothing passes it between two daily purges.
    """

    jurisdictions: tuple[str, ...] = ("EU",)
    raw_inputs_days: int = 180
    events_days: int | None = None
    decisions_days: int | None = None
    documentation_days: int | None = None
    feature_history_days: int | None = None
    purge_ahead_days: int = 1
    backups: tuple[str, ...] = ()
    decided: tuple[DecidedConflict, ...] = ()

    def __post_init__(self) -> None:
        """Refuse jurisdictions that the table does not know and periods that are none."""
        unknown = sorted(set(self.jurisdictions) - JURISDICTIONS)
        if unknown:
            raise ValueError(f"jurisdictions {unknown} are none of {sorted(JURISDICTIONS)}")
        periods = (self.feature_history_days, *map(self.promised_days, RecordClass))
        if any(days is not None and days < 1 for days in periods):
            raise ValueError("a period is 1 day or longer")
        if not 0 <= self.purge_ahead_days < self.raw_inputs_days:
            raise ValueError("purge_ahead_days is 0 or more, and less than raw_inputs_days")

    def promised_days(self, record_class: RecordClass) -> int | None:
        """Return for how long at most this class is promised to be kept."""
        return {
            RecordClass.RAW_INPUTS: self.raw_inputs_days,
            RecordClass.EVENTS: self.events_days,
            RecordClass.DECISIONS: self.decisions_days,
            RecordClass.DOCUMENTATION: self.documentation_days,
        }[record_class]

    def decision_on(self, record_class: RecordClass) -> DecidedConflict | None:
        """Return what was decided about a conflict of this class; the last one stands."""
        of_class = [one for one in self.decided if one.record_class is record_class]
        return of_class[-1] if of_class else None
