"""What the organisation keeps on record: training, notices, requests, holds, purges, incidents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from stayline.domain.register.accountability import (
    Document,
    FeaturePurpose,
    Incident,
    ScopeAnswer,
)
from stayline.domain.register.oversight import (
    HrEvent,
    OverseerTraining,
    OversightReview,
    StopDrill,
)
from stayline.domain.register.retention import DeferredErasure, LegalHold, PurgeRun
from stayline.domain.register.rights import Erasure, LawfulBasis, NoticeGiven, RightsRequest

Record = (
    OverseerTraining
    | StopDrill
    | HrEvent
    | OversightReview
    | RightsRequest
    | NoticeGiven
    | LawfulBasis
    | Erasure
    | LegalHold
    | DeferredErasure
    | PurgeRun
    | Incident
    | Document
    | ScopeAnswer
    | FeaturePurpose
)
Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Kind]):
    """A record, and who put it on file when."""

    entry_id: str
    record: Kind
    recorded_at: datetime
    recorded_by: str


class GovernanceRegister(Protocol):
    """Keeps records by kind; a newer entry of the same id stands for it.

    Nothing is changed but by `forget_words`.
    """

    def add(self, entries: Sequence[Entry[Kind]]) -> None:
        """Keep entries, all or none; the very same entry again changes nothing."""
        ...

    def entries(self, kind: type[Kind], *, subject: str | None = None) -> list[Entry[Kind]]:
        """Return the newest entry of each id, oldest first; with ``subject`` only of that one."""
        ...

    def history(self, kind: type[Kind], *, newest: int | None = None) -> list[Entry[Kind]]:
        """Return every entry ever kept of a kind, in the order they were added.

        With ``newest`` only the last so many, for what goes on for years.
        """
        ...

    def forget_words(self, subjects: Collection[str]) -> None:
        """Take out what was said in words of these people, of every entry there ever was.

        `domain.register.words` says what that is; kinds, days and outcomes stay.
        """
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the register is whole."""
        ...
