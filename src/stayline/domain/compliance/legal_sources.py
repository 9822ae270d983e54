"""Where a control comes from: a provision, since when it applies, and when that was last read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


class LegalStatus(StrEnum):
    """Whether a provision binds; ``UNSETTLED`` is treated as binding, and says so."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    REPEALED = "repealed"
    UNSETTLED = "unsettled"


class Mark(StrEnum):
    """How well the provision is known to whoever wrote the row."""

    READ = "V"
    SECONDARY = "S"
    KNOWLEDGE = "K"
    OPEN = "U"
    OWN = "own promise"


@dataclass(frozen=True, slots=True)
class LegalSource:
    """One part of a law with a date of its own; parts that start on other days are other rows.

    ``effective_on`` is the first day that it applies. ``last_verified_on`` is None only for the
    product's own promises, which cannot change behind its back.
    """

    source_id: str
    title: str
    effective_on: date
    mark: Mark
    last_verified_on: date | None
    status: LegalStatus = LegalStatus.IN_FORCE
    note: str = ""

    def status_on(self, day: date) -> LegalStatus:
        """Return whether it binds on that day."""
        if self.status is not LegalStatus.REPEALED and day < self.effective_on:
            return LegalStatus.NOT_YET
        return self.status

    def applies_on(self, day: date) -> bool:
        """Whether it binds on that day, or may."""
        return self.status_on(day) in (LegalStatus.IN_FORCE, LegalStatus.UNSETTLED)

    def age_days(self, day: date) -> int:
        """Return how many days ago it was last verified."""
        return 0 if self.last_verified_on is None else (day - self.last_verified_on).days


@dataclass(frozen=True, slots=True)
class LegalPolicy:
    """What an organisation states of the register: that its counsel read a source again, and when.

    ``verified_on`` maps ids to days. Only a later day than the register's own counts.
    """

    verified_on: Mapping[str, date] = field(default_factory=dict)
    stale_after_days: int = 90


@dataclass(frozen=True, slots=True)
class LegalRegister:
    """All sources by id, as they are known at ``version``."""

    version: str
    sources: Mapping[str, LegalSource]
    stale_after_days: int = 90

    def under(self, policy: LegalPolicy) -> "LegalRegister":
        """Return the register with what an organisation verified since; `KeyError` for no such id.

        An id that the register does not have is a mistake that must not pass for a verification.
        """
        known = dict(self.sources)
        for source_id, day in policy.verified_on.items():
            source = known[source_id]
            if source.last_verified_on is not None and day > source.last_verified_on:
                known[source_id] = replace(source, last_verified_on=day)
        return replace(self, sources=known, stale_after_days=policy.stale_after_days)

    def is_stale(self, source: LegalSource, day: date) -> bool:
        """Whether it was last verified too long ago, or, as the row has it, in the future."""
        return not 0 <= source.age_days(day) <= self.stale_after_days

    def not_in_force(self, source_ids: Sequence[str], day: date) -> str:
        """Return why nothing of these binds on that day; empty when something does."""
        sources = [self.sources[source_id] for source_id in source_ids]
        if any(source.applies_on(day) for source in sources):
            return ""
        coming = [one.effective_on for one in sources if one.status_on(day) is LegalStatus.NOT_YET]
        if coming:
            return f"Its law applies from {min(coming)}."
        return "Its law was repealed."

    def warnings(self, source_ids: Sequence[str], day: date) -> tuple[str, ...]:
        """Return what must be known of the sources that a verdict rests on."""
        return tuple(
            warning
            for source_id in source_ids
            for warning in self._warnings(self.sources[source_id], day)
        )

    def _warnings(self, source: LegalSource, day: date) -> list[str]:
        found = []
        status = source.status_on(day)
        if status is LegalStatus.NOT_YET:
            found.append(f"{source.source_id} applies from {source.effective_on}.")
        elif status is not LegalStatus.IN_FORCE:
            found.append(f"{source.source_id} is {status.value}.")
        if self.is_stale(source, day):
            found.append(
                f"{source.source_id} was last verified on {source.last_verified_on}, "
                f"{source.age_days(day)} days before the check."
            )
        return found
