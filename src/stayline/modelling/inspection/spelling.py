"""Find values of a category that are probably one value written in two ways."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

_SHORTEST = 5
_RARE, _VERY_RARE = 0.25, 0.02
_SHORTEST_REPLACED = 8
_SHORTEST_LISTED = 7
_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        """
        account accountant accounting accounts administration administrative administrator
        agreement analyst applicable assistant associate bachelor business career college
        commercial commission communication communications compensation complaint
        compliance compliant consultant contact contacts contract contractor contribution
        coordinator corporate customer deceased decreased department dependant dependent
        development director dismissal distribution divorced doctorate education
        electrical employee employment engineer engineering environment equipment
        excellent executive experience facilities february finance financial frequently
        government headquarters healthcare hospital immediate independent information
        insurance intermediate international investment involuntary january knowledge
        laboratory language layoff legal life logistics maintenance management manager
        manufacturing marketing married master material maternal mechanical medical
        november occasional october operations operator payable performance permanent
        personal personnel planning planting president procurement production professional
        programmer promotion purchasing quality receivable reception receptionist
        recruiter recruitment redundancy rehired relations relocation representative
        research resignation resigned resources retired retirement satisfaction schedule
        scientist secretary security senior separated separation september service
        services software specialist statistics strategy supervisor supply support systems
        technical technician technology temporary terminated termination trailing training
        transfer transport unemployed university voluntary warehouse wednesday
        """,
    )
)
"""Words that HR extracts are full of, with their forms, so that a form is not called a slip."""


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A value that looks like a slip for ``meant``, a value or a word, in so many rows."""

    value: str
    meant: str
    rows: int


def misspellings(counts: dict[str, int]) -> list[Misspelling]:
    """Return the values that look misspelt, the first reason found for each.

    A value is suspect when it is one edit away from a value at least four times as frequent (fifty
    times, where the edit may make another word: a last letter, a letter replaced in a name), when
    one of its words is one edit inside a word often met in such extracts, or when a word begins
    with two capitals by accident. ``counts`` holds the rows of each value.

    >>> [(m.value, m.meant) for m in misspellings({"New Westminster": 90, "New Westminister": 9})]
    [('New Westminister', 'New Westminster')]
    >>> misspellings({"Level 1": 90, "Level 2": 9, "Section A": 80, "Section B": 7})
    []
    """
    found: dict[str, Misspelling] = {}
    for one, other in combinations(sorted(counts), 2):
        rare, usual = sorted((one, other), key=lambda value: counts[value])
        share = counts[rare] / counts[usual]
        if share <= _RARE and _is_slip(rare, usual, is_very_rare=share <= _VERY_RARE):
            found.setdefault(rare, Misspelling(rare, usual, counts[rare]))
    for value, rows in sorted(counts.items()):
        meant = _odd_word(value)
        if meant:
            found.setdefault(value, Misspelling(value, meant, rows))
    return sorted(found.values(), key=lambda slip: -slip.rows)


def is_business_term(value: str) -> bool:
    """Return whether a word often met in such extracts, or a slip of one, is part of the value.

    >>> is_business_term("Sales Representative"), is_business_term("Human Resorces")
    (True, True)
    >>> is_business_term("Ann Lee")
    False
    """
    words = re.findall(r"[^\W\d_]+", value.casefold())
    return any(
        word in _WORDS or (len(word) >= _SHORTEST_LISTED and _near(word, _WORDS)) for word in words
    )


def _is_slip(rare: str, usual: str, *, is_very_rare: bool) -> bool:
    a, b = rare.casefold(), usual.casefold()
    if a == b or min(len(a), len(b)) < _SHORTEST or not _one_edit(a, b):
        return False
    changed = [(x, y) for x, y in zip(a.split(), b.split(), strict=False) if x != y]
    if len(a.split()) != len(b.split()) or len(changed) != 1:
        return False
    x, y = changed[0]
    if min(len(x), len(y)) < _SHORTEST or not (x.isalpha() and y.isalpha()) or {x, y} <= _WORDS:
        return False
    if is_very_rare:
        return x + "s" != y and y + "s" != x
    is_replaced = len(x) == len(y) and sorted(x) != sorted(y)
    return not _differs_at_an_end(x, y) and (not is_replaced or len(x) >= _SHORTEST_REPLACED)


def _odd_word(value: str) -> str | None:
    """Return what a word of the value was probably meant to be."""
    for token in re.findall(r"[^\W\d_]+", value):
        if re.fullmatch(r"[A-Z]{2}[a-z]{3,}", token):
            return str(token).capitalize()
        word = token.casefold()
        if len(word) >= _SHORTEST_LISTED and word not in _WORDS:
            meant = _near(word, _WORDS)
            if meant:
                return meant[0]
    return None


def _near(word: str, listed: Iterable[str]) -> list[str]:
    return sorted(
        other
        for other in listed
        if len(other) >= _SHORTEST_LISTED
        and abs(len(other) - len(word)) <= 1
        and other[0] == word[0]
        and _one_edit(word, other)
        and not _differs_at_an_end(word, other)
    )


def _differs_at_an_end(a: str, b: str) -> bool:
    """Whether only the first or last letter differs, as in a plural, a gender or a numbering."""
    return a[:-1] == b or b[:-1] == a or a[1:] == b or b[1:] == a or a[:-1] == b[:-1]


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter inserted, left out, replaced or swapped with the next turns a into b."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    pairs = enumerate(zip(a, b, strict=False))
    start = next((i for i, (x, y) in pairs if x != y), min(len(a), len(b)))
    x, y = a[start:], b[start:]
    if len(a) == len(b):
        return x[1:] == y[1:] or (x[:2] == y[:2][::-1] and x[2:] == y[2:])
    return x[1:] == y or x == y[1:]
