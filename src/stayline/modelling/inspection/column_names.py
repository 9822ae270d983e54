"""What the name of a column suggests; values decide, names break ties."""

import re

from stayline.domain.sensitive_columns import words_of

_IDENTIFIER = re.compile(
    r"\b(id|ids|identifier|number|no|nr|num|key|code|token|pernr|payroll|\w+id)\b"
)
_PERSON = re.compile(r"\b(employee\w*|emp\w*|person\w*|staff\w*|worker\w*|associate|member|user)\b")
_PERSON_NAME = re.compile(
    r"^names?$|\b((employee|full|first|last|middle|given|sur|family|person|staff|worker|display"
    r"|preferred|legal) ?name|surname|\w*(first|last|full)name|e ?mail\w*|phone\w*|mobile|ssn"
    r"|passport\w*|iban)\b"
)
_MANAGER = re.compile(r"\b(manager|supervisor|boss|reports to|line lead)\b")
_PLACE_OR_JOB = re.compile(
    r"\b(city|town|place|location|site|store|branch|region|office|country|state|province|team|unit"
    r"|division|department|dept|job|title|role|position|occupation|field|reason)\b"
)
_LEAVING = re.compile(
    r"\b(leav(e|ing)|left|last (work\w* )?day|termination\w*|term|exit\w*|separation\w*"
    r"|resign\w*|quit\w*|departure\w*|end date|date end)\b|\bterm(reason|type|date|d)|^term"
)
_REASON = re.compile(r"\w*(reason|cause|type)\b")
_SNAPSHOT = re.compile(
    r"\b(snapshot\w*|record ?date\w*|as of|effective|period|month|report\w*|extract\w*|run|date)\b"
)
_OWN_DATE = re.compile(r"\w*(birth|dob|hire|join|start|since|promotion|seniority|review)")
_OUTCOME = re.compile(
    r"\b(attrition\w*|churn\w*|turnover|left|leaver|leaving|leaves|quit|quits|exited|resigned"
    r"|terminated|termd|departed|status|active|inactive|employed|is active|has left|stayed"
    r"|retained|label|target)\b"
)


def suggests_identifier(name: str) -> int:
    """Return how strongly the name points at the person's key: 0, 1 (a code), 2 (of a person)."""
    words = words_of(name)
    if not _IDENTIFIER.search(words) or _MANAGER.search(words):
        return 0
    return 2 if _PERSON.search(words) or words == "id" else 1


def suggests_person_name(name: str) -> bool:
    """Return whether the column names a person, or how to reach one.

    >>> suggests_person_name("EmployeeName"), suggests_person_name("store_name")
    (True, False)
    """
    return bool(_PERSON_NAME.search(words_of(name)))


def suggests_place_or_job(name: str) -> bool:
    """Return whether names in the column are those of places, jobs or parts of the company.

    >>> suggests_place_or_job("city_name"), suggests_place_or_job("Recruiter")
    (True, False)
    """
    return bool(_PLACE_OR_JOB.search(words_of(name)))


def suggests_manager(name: str) -> bool:
    """Return whether the column says who somebody's manager is.

    >>> suggests_manager("ManagerNumber"), suggests_manager("YearsWithCurrManager")
    (True, False)
    """
    words = words_of(name)
    named = _IDENTIFIER.search(words) or re.search(r"\bname\b|(manager|supervisor|boss|to)$", words)
    counts = re.search(r"\b(years?|months?|days|with|rating|score|satisfaction|is)\b", words)
    return bool(_MANAGER.search(words) and named) and not counts


def suggests_leaving(name: str) -> bool:
    """Return whether the column tells when, why or that somebody left.

    >>> suggests_leaving("terminationdate_key"), suggests_leaving("LastDay")
    (True, True)
    """
    return bool(_LEAVING.search(words_of(name)) or re.search(r"termination", name.lower()))


def suggests_reason(name: str) -> bool:
    """Return whether the column gives a reason or type of leaving."""
    return bool(_REASON.search(words_of(name))) and suggests_leaving(name)


def suggests_snapshot(name: str) -> bool:
    """Return whether the column dates the row rather than something in it."""
    words = words_of(name)
    return (
        bool(_SNAPSHOT.search(words) or re.search(r"recorddate|snapshot", words))
        and not _OWN_DATE.search(words)
        and not suggests_leaving(name)
    )


def suggests_outcome(name: str) -> bool:
    """Return whether the column says that somebody left or stayed."""
    return bool(_OUTCOME.search(words_of(name)))


def suggests_code(name: str) -> bool:
    """Return whether numbers in the column are names of things, not quantities.

    >>> suggests_code("store_name"), suggests_code("DeptID"), suggests_code("MonthlyIncome")
    (True, True, False)
    """
    return bool(re.search(r"\b(id|\w*code|name|key|type|group|class)\b", words_of(name)))
