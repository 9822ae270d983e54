"""Which column names point at data that must never, or only with care, be used."""

import re

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (
        "health data",
        r"health|medical\w*|illness|sick\w*|diagnos\w*|disease|pregnan\w*|therapy|injury|injuries"
        r"|bmi|body mass|(worker|workman|workmen)( ?s)? ?comp(ensation)?",
    ),
    (
        "disability data",
        r"disab\w*|handicap\w*|impairment|wheel ?chair|ada|(reasonable|workplace) accommodation\w*"
        r"|accommodations? (request\w*|needs?|needed|granted)",
    ),
    ("religion", r"religio\w*|faith|church|creed"),
    ("political opinion", r"politic\w*|party member\w*"),
    ("union membership", r"(trade )?union(i[sz]ed|member\w*)?|works ?council|strikes?"),
    ("leave taken", r"(parental|maternity|paternity|family|carers?) ?leave|fmla|leave|leaves"),
    ("absence from work", r"absen(ce|ces|t|teeism)( ?days)?"),
    (
        "a home address",
        r"home ?address|address|street|zip( ?code)?|post(al)? ?code|latitude|longitude"
        r"|(home|residen\w*|commut\w*) ?(city|town|suburb|county|zip|location|lat|lon|lng|gps)"
        r"|(city|town|lat|lon|lng) (of )?(home|residence|commute)",
    ),
)
_NOT_FORBIDDEN = re.compile(
    r"\b((?<!\w )leave (date|day|reason)|(employee|emp|company|job) leave (date|day|reason)"
    r"|(date|reason) (of|for) leav\w*|leaving|(intent\w*|plans?) to leave"
    r"|(e ?mail|ip|mac|office|work|company) address|health (and )?safety|strike rate)\b"
)
"""Phrases without a meaning of that kind; the rest of a name may still have one."""

_PROTECTED = re.compile(
    r"\b(age|age ?(group|band|range|bracket)s?|\w*birth\w*|dob|yob|gender\w*|transgender|sex"
    r"|marital\w*|mar ?stat(us)?|married|spouse|children|dependents|race|ethnic\w*|hispanic\w*"
    r"|(fe)?male|national (origin|identity)|nationality|citizen\w*|family status|parental status"
    r"|native (country|language)|mother tongue|sexual \w+|skin colou?r|caste|veteran|pronouns?)\b"
)


def refusal_of(name: str) -> str | None:
    """Return what kind of never-a-feature data this column name points at, or None.

    >>> refusal_of("SickLeaveDays")
    'health data'
    >>> refusal_of("MedicalLeaveReason")
    'health data'
    >>> refusal_of("home_zip_code")
    'a home address'
    >>> refusal_of("EnvironmentSatisfaction") is None
    True
    """
    words = _NOT_FORBIDDEN.sub("", words_of(name))
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
