"""What a control is: a question of the law, and a function that answers it from records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from stayline.domain.compliance.verdicts import Verdict, Window

Evidence = TypeVar("Evidence")


@dataclass(frozen=True, slots=True)
class Control(Generic[Evidence]):
    """One control: ``sources`` are ids of the legal register, ``asks`` is what it verifies.

    ``check`` is told the evidence of its area and the window, and decides; it reads nothing itself.
    """

    control_id: str
    asks: str
    sources: tuple[str, ...]
    is_core: bool
    check: Callable[[Evidence, Window], Verdict]
