"""Lists in pages: which one an address asks for, what is on it, and where in the list that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from stayline.errors import NoSuchPage

PAGE_NAMES = ("page", "number", "older", "before")
"""What addresses call the page that they ask for."""
_MOST_DIGITS = 9
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """One page of a list; ``page`` counts from 1."""

    shown: Sequence[Item]
    page: int
    pages: int
    total: int


def page_number(text: str) -> int:
    """Return the page that an address asks for; raises `NoSuchPage` for what can be none.

    >>> page_number("3")
    3
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not (is_number and int(text)):
        raise NoSuchPage(text)
    return int(text)


def paged(items: Sequence[Item], page: int, size: int = 25) -> Paged[Item]:
    """Return a page of a list; raises `NoSuchPage` after the last.

    >>> paged("abcde", 3, 2)
    Paged(shown='e', page=3, pages=3, total=5)
    """
    pages = pages_of(items, size)
    check_page(page, pages)
    return Paged(items[(page - 1) * size : page * size], page, pages, len(items))


def pages_of(items: Sequence[object], size: int = 25) -> int:
    """Return how many pages a list has; an empty one has one, too."""
    return max(1, -(-len(items) // size))


def check_page(page: int, pages: int) -> None:
    """Raise `NoSuchPage` after the last page."""
    if page > pages:
        raise NoSuchPage(page, pages)
