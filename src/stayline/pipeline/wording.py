"""Words for messages: what a value is, which name was probably meant, foreign text made safe."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

_LONGEST, _MOST = 100, 300


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint at the most similar name, to put after a message; empty when none is near.

    >>> nearest("ml.m5.largo", ["ml.m5.large", "ml.t3.medium"])
    "; did you mean 'ml.m5.large'?"
    """
    known = sorted(names)[:_MOST]
    found = get_close_matches(name[:_LONGEST], known, n=1)
    if found:
        return f"; did you mean {found[0]!r}?"
    return f"; expected one of {', '.join(known)}" if 0 < len(known) <= 8 else ""


def kind_of(value: object) -> str:
    """Return what a JSON value is, with its article.

    >>> kind_of([1]), kind_of(True), kind_of(None)
    ('a list', 'a Boolean', 'null')
    """
    match value:
        case bool():
            return "a Boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
    return "null"


def legible(text: str) -> str:
    """Return a text without what would move a terminal's cursor or turn its direction.

    >>> legible("a\\x1b[2J")
    'a�[2J'
    """
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
