"""Tell of every kind of record whether the register holds any, and what the newest one is."""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from stayline.ports.governance_register import GovernanceRegister, Record


@dataclass(frozen=True, slots=True)
class KindOnRecord:
    """A kind of record, and when and by whom something was last put down; None for never."""

    kind: type[Record]
    recorded_at: datetime | None
    recorded_by: str


def list_register(*, register: GovernanceRegister) -> list[KindOnRecord]:
    """Return all kinds, those without an entry too: what is missing is what has to be seen."""
    return [_on_record(kind, register) for kind in get_args(Record)]


def _on_record(kind: type[Record], register: GovernanceRegister) -> KindOnRecord:
    newest = register.history(kind, newest=1)
    if not newest:
        return KindOnRecord(kind, None, "")
    return KindOnRecord(kind, newest[0].recorded_at, newest[0].recorded_by)
