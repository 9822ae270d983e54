"""Written waivers of gates that had too little evidence to judge."""

from typing import Protocol

from stayline.domain.waivers import Waiver


class WaiverBook(Protocol):
    """Keeps waivers; none is ever changed or taken out, an expired one just lifts nothing."""

    def file(self, waiver: Waiver) -> None:
        """Keep a waiver; filing the same ``waiver_id`` again changes nothing."""
        ...

    def waivers(self) -> list[Waiver]:
        """Return all waivers, expired ones too, oldest first."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the book is whole."""
        ...
