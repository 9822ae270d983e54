"""Columns and values of the extract in words, for whoever reads a page and never saw the data."""

import re
from functools import lru_cache

from stayline.domain.risk_score import FieldValue

_SEAMS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_.-]+")
_CROSSED = " x "
_GROUPED_FROM = 10_000
_SHORTEST_SHOUT = 5
_WRITTEN_OUT = {
    "avg": "average",
    "curr": "current",
    "dept": "department",
    "mgr": "manager",
    "num": "number of",
    "pct": "percent",
    "yrs": "years",
}


@lru_cache(maxsize=4096)
def column_in_words(name: str) -> str:
    """Return a column's name in words, so that nobody has to read headers of a data set.

    It is for reading only: what is asked, kept or joined goes by the name itself. A name with
    spaces is in words already.

    >>> column_in_words("MonthlyIncome"), column_in_words("NumCompaniesWorked")
    ('Monthly income', 'Number of companies worked')
    >>> column_in_words("OverTime"), column_in_words("HRRating"), column_in_words("pay_grade")
    ('Overtime', 'HR rating', 'Pay grade')
    """
    if " " in name:
        return name
    plain = name.lower() if name.isupper() and len(name) >= _SHORTEST_SHOUT else name
    words = [_word(word) for word in _SEAMS.split(plain) if word]
    text = re.sub(r"\bover time\b", "overtime", " ".join(words))
    return text[:1].upper() + text[1:] if text else name


def facet_in_words(facet: str) -> str:
    """Return what groups of people are told apart by, one column or two crossed ones, in words.

    >>> facet_in_words("MaritalStatus x Gender")
    'Marital status x Gender'
    """
    return _CROSSED.join(map(column_in_words, facet.split(_CROSSED)))


def group_in_words(group: str) -> str:
    """Return a group of people, ``facet = value`` as reports have it, in words.

    >>> group_in_words("MaritalStatus = Single"), group_in_words("ROC AUC")
    ('Marital status = Single', 'ROC AUC')
    """
    facet, is_, value = group.partition(" = ")
    return f"{facet_in_words(facet)}{is_}{value}"


def value_in_words(value: FieldValue) -> str:
    """Return a value as people write it; a year stays a year.

    >>> value_in_words(19479.0), value_in_words(2019.0), value_in_words(0.25)
    ('19,479', '2019', '0.25')
    >>> value_in_words(None), value_in_words("Travel_Rarely")
    ('not given', 'Travel Rarely')
    """
    if value is None:
        return "not given"
    if not isinstance(value, float):
        return str(value).replace("_", " ")
    return f"{value:,.12g}" if abs(value) >= _GROUPED_FROM else f"{value:.12g}"


def _word(word: str) -> str:
    if len(word) > 1 and word.isupper():
        return word
    return _WRITTEN_OUT.get(word.lower(), word.lower())
