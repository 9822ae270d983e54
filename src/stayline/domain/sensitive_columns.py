"""Which column names point at data that must never, or only with care, be used."""

import re

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (
        "health data",
        r"health|medical|illness|sick\w*|diagnos\w*|disease|pregnan\w*|therapy|injury|injuries",
    ),
    ("disability data", r"disab\w*|handicap\w*|impairment"),
    ("religion", r"religio\w*|faith|church|creed"),
    ("political opinion", r"politic\w*|party member\w*"),
    ("union membership", r"(trade )?union(i[sz]ed|member\w*)?|works ?council|strikes?"),
    (
        "leave taken",
        r"(parental|maternity|paternity|medical|family|fmla|carers?) ?leave|leave|leaves",
    ),
    (
        "a home address",
        r"home ?address|address|street|zip( ?code)?|post(al)? ?code|latitude|longitude",
    ),
)
_NOT_FORBIDDEN = re.compile(
    r"\b(leave (date|day|reason)|(date|reason) (of|for) leav\w*|leaving|(intent\w*|plans?) to leave"
    r"|(e ?mail|ip|mac|office|work|company) address|health (and )?safety|strike rate)\b"
)

_PROTECTED = re.compile(
    r"\b(age|\w*birth\w*|dob|gender\w*|transgender|sex|marital\w*|married|spouse|children|dependents"
    r"|race|ethnic\w*|hispanic\w*|national (origin|identity)|nationality|citizen\w*"
    r"|native (country|language)|mother tongue|sexual \w+|skin colou?r|caste|veteran|pronouns?)\b"
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
    words = words_of(name)
    if _NOT_FORBIDDEN.search(words):
        return None
    for what, pattern in _FORBIDDEN:
        if re.search(rf"\b({pattern})\b", words):
            return what
    return None


def looks_protected(name: str) -> bool:
    """Return whether the column name points at a protected attribute.

    >>> looks_protected("MaritalStatus"), looks_protected("WagePaid")
    (True, False)
    """
    return bool(_PROTECTED.search(words_of(name)))


def words_of(name: str) -> str:
    """Split camel case, digits and punctuation into lower-case words, one space apart.

    >>> words_of("EmployeeID"), words_of("orighiredate_key"), words_of("YearsWithCurrManager")
    ('employee id', 'orighiredate key', 'years with curr manager')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.findall(r"[a-z]+", spaced.lower()))
