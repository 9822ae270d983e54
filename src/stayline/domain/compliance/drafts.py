"""Documents that the law asks for, as far as the running configuration can fill them."""

from dataclasses import dataclass
from datetime import datetime

TO_FILL_IN = "TO FILL IN"
"""How a page marks what only the organisation can say; nothing is invented in its place."""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement; with ``is_open`` it is a question that the organisation must answer."""

    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What one letter of a provision asks for."""

    provision: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document; ``covers`` is what it may be registered as covering as it stands.

    A record of processing covers its fields only once none of them is open.
    """

    subject: str
    title: str
    made_at: datetime
    sections: tuple[Section, ...]
    covers: tuple[str, ...]

    @property
    def open_items(self) -> int:
        """How much is still to be filled in."""
        return sum(item.is_open for section in self.sections for item in section.items)


def told(text: str, question: str) -> Item:
    """Return what is known, or the question where nothing is.

    >>> told("", "Who is the controller?").is_open
    True
    """
    return Item(text) if text.strip() else Item(question, is_open=True)
