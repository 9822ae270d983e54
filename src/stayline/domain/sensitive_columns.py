"""Which column names point at data that must never, or only with care, be used."""

import re

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (
        "health data",
        r"health|medical|illness|sick(ness)?|diagnos\w*|disease|pregnan\w*|therapy|injury",
    ),
    ("disability data", r"disab\w*|handicap\w*|impairment"),
    ("religion", r"religio\w*|faith|church|creed"),
    ("union membership", r"union(i[sz]ed|member\w*)?|works ?council|strike"),
    ("leave taken", r"(parental|maternity|paternity|sick|medical|family|fmla|carers?) leave|leave"),
    (
        "a home address",
        r"home address|address|street|zip( ?code)?|post(al)? ?code|postcode|latitude|longitude",
    ),
)
_NOT_FORBIDDEN = re.compile(r"\b(leave date|date of leav\w*|leaving|e ?mail address)\b")

_PROTECTED = re.compile(
    r"\b(age|birth\w*|dob|gender|sex|marital\w*|race|ethnic\w*|nationality|citizen\w*"
    r"|orientation|caste|colou?r|veteran|pronouns?)\b"
)


def refusal_of(name: str) -> str | None:
    """Return what kind of never-a-feature data this column name points at, or None.

    >>> refusal_of("SickLeaveDays")
    'health data'
    >>> refusal_of("home_zip_code")
    'a home address'
    >>> refusal_of("EnvironmentSatisfaction") is None
    True
    """
    words = _words(name)
    if _NOT_FORBIDDEN.search(words):
        return None
    for what, pattern in _FORBIDDEN:
        if re.search(rf"\b({pattern})\b", words):
            return what
    return None


def looks_protected(name: str) -> bool:
    """Return whether the column name points at a protected attribute.

    >>> looks_protected("MaritalStatus"), looks_protected("gender_full"), looks_protected("WagePaid")
    (True, True, False)
    """
    return bool(_PROTECTED.search(_words(name)))


def _words(name: str) -> str:
    """Split camel case, digits and punctuation into lower-case words, one space apart."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.findall(r"[a-z]+", spaced.lower()))
