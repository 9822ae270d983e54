"""Find personal data in texts where it must not be: logs, messages, file names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PersonalDataKind(StrEnum):
    """What was found."""

    EMAIL = "email"
    PHONE = "phone"
    US_SSN = "us_ssn"
    IBAN = "iban"
    PAYMENT_CARD = "payment_card"
    INDIA_AADHAAR = "india_aadhaar"
    KNOWN_TERM = "known_term"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Where something was found, ``start`` to ``end`` in the text; never what it says."""

    kind: PersonalDataKind
    start: int
    end: int


_PATTERNS = {
    PersonalDataKind.EMAIL: re.compile(
        r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}(?![\w-])",
        re.IGNORECASE,
    ),
    PersonalDataKind.US_SSN: re.compile(
        r"(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])"
    ),
    PersonalDataKind.IBAN: re.compile(
        r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"
    ),
    PersonalDataKind.PAYMENT_CARD: re.compile(
        r"(?<![\w.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5})"
        r"(?![\w.-])"
    ),
    PersonalDataKind.INDIA_AADHAAR: re.compile(r"(?<![\w-])[2-9]\d{3} \d{4} \d{4}(?![\w-])"),
    PersonalDataKind.PHONE: re.compile(
        r"(?<![\w+.-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}|\(\d{3}\) ?\d{3}[ -]\d{4}"
        r"|\d{3}([-.])\d{3}\1\d{4})(?![\w-])"
    ),
}
_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(8, 16)


class PersonalDataScanner:
    """Looks for patterns and for known terms, such as the names in a directory.

    Terms are found as whole words, whatever their case and however many spaces stand between their
    words. Those of fewer than ``shortest`` characters are left out: they are in other words, too.
    """

    def __init__(self, terms: Iterable[str] = (), *, shortest: int = 4) -> None:
        folded = (" ".join(term.split()).casefold() for term in terms)
        words = [tuple(_WORD.findall(term)) for term in folded if len(term) >= shortest]
        self._terms = frozenset(term for term in words if term)
        self._lengths = sorted({len(term) for term in self._terms})

    def scan(self, text: str) -> list[PersonalData]:
        """Return what is in a text, in its order."""
        found = [*_by_pattern(text), *self._known(text)]
        return sorted(found, key=lambda one: (one.start, one.end, one.kind))

    def _known(self, text: str) -> Iterator[PersonalData]:
        if not self._terms:
            return
        words = [(match[0].casefold(), *match.span()) for match in _WORD.finditer(text)]
        for first in range(len(words)):
            for length in self._lengths:
                part = words[first : first + length]
                if len(part) == length and tuple(word for word, _, _ in part) in self._terms:
                    yield PersonalData(PersonalDataKind.KNOWN_TERM, part[0][1], part[-1][2])


_WORD = re.compile(r"\w+")


def _by_pattern(text: str) -> Iterator[PersonalData]:
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if _holds(kind, match[0]):
                yield PersonalData(kind, *match.span())


def _holds(kind: PersonalDataKind, text: str) -> bool:
    """Whether a match also passes what is checked of such a number."""
    digits = [int(one) for one in text if one.isascii() and one.isdigit()]
    if kind is PersonalDataKind.PAYMENT_CARD:
        return len(digits) in _CARD_DIGITS and _luhn(digits)
    if kind is PersonalDataKind.PHONE:
        return len(digits) in _PHONE_DIGITS
    if kind is PersonalDataKind.IBAN:
        return _mod_97(text)
    if kind is PersonalDataKind.INDIA_AADHAAR:
        return _verhoeff(digits)
    return True


def _luhn(digits: list[int]) -> bool:
    doubled = (2 * one - 9 * (one > 4) for one in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod_97(text: str) -> bool:
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


_TIMES = tuple(
    tuple(
        (a + b) % 5 if a < 5 and b < 5
        else 5 + (a + b) % 5 if a < 5
        else 5 + (a - b) % 5 if b < 5
        else (a - b) % 5
        for b in range(10)
    )
    for a in range(10)
)  # fmt: skip
"""The dihedral group of a pentagon, which Verhoeff's check digit multiplies in."""
_TURNED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(digits: list[int]) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _TURNED[digit]
        check = _TIMES[check][digit]
    return check == 0
