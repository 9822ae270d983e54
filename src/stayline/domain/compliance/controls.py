"""What a control is: a question of the law, and a function that answers it from records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from stayline.domain.compliance.verdicts import Verdict, Window

Evidence = TypeVar("Evidence")
Parameters = TypeVar("Parameters")


@dataclass(frozen=True, slots=True)
class Question:
    """What a control asks, without how it is answered.

    ``sources`` are ids of the legal register, ``asks`` is what is verified. ``reads`` are the
    fields of its area's evidence that it looks at, which is what goes into its evidence file, and
    ``uses`` those of the area's parameters.
    """

    control_id: str
    asks: str
    sources: tuple[str, ...]
    is_core: bool
    reads: tuple[str, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Control(Question, Generic[Evidence, Parameters]):
    """A question and its ``check``, which is told everything it decides by and reads nothing."""

    check: Callable[[Evidence, Window, Parameters], Verdict]
