"""What the pages on privacy have in common: the way between them, and how lists are paged."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from litestar import Response

from stayline.domain.roles import Operation
from stayline.errors import FieldProblem, RequestRefused, StaylineError
from stayline.web.portal.forms import Form
from stayline.web.portal.pages import page as portal_page
from stayline.web.portal.paging import paged as pages_of_a_list
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit
from stayline.web.security_headers import PORTAL

PRIVACY = f"{PORTAL}/privacy"
ROWS = 50
_TABS = (
    ("Overview", PRIVACY, Operation.READ_REGISTER),
    ("Requests", f"{PRIVACY}/requests", Operation.READ_REGISTER),
    ("Opt-outs", f"{PRIVACY}/opt-outs", Operation.SEE_OPT_OUT),
    ("Legal holds", f"{PRIVACY}/holds", Operation.READ_REGISTER),
    ("Retention", f"{PRIVACY}/retention", Operation.READ_REGISTER),
    ("Audit trail", f"{PRIVACY}/audit", Operation.READ_AUDIT_LOG),
    ("Compliance", f"{PRIVACY}/compliance", Operation.CHECK_COMPLIANCE),
    ("Registers", f"{PRIVACY}/register", Operation.READ_REGISTER),
)
_WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
Row = TypeVar("Row")
Choice = TypeVar("Choice", bound=StrEnum)


def privacy_page(
    visit: Visit, template: str, *, refusal: StaylineError | None = None, **values: object
) -> Response[str]:
    """Return a page of this part; one after a ``refusal`` says so, beside the field at fault, too.

    Its status says it as well.
    """
    fields = refusal.problems if isinstance(refusal, RequestRefused) else ()
    return portal_page(
        visit,
        f"privacy/{template}",
        status=HTTPStatus.OK if refusal is None else _WRONG,
        tabs=[(name, path) for name, path, operation in _TABS if visit.may(operation)],
        problem="" if refusal is None else plain_words(refusal),
        wrong={one.path: one.message for one in fields},
        **values,
    )


def paged(rows: Sequence[Row], page: int) -> tuple[Sequence[Row], int, int]:
    """Return the rows of a page, its number, and how many pages there are."""
    found = pages_of_a_list(rows, page, ROWS)
    return found.shown, found.page, found.pages


def chosen(kind: type[Choice], name: str, text: str) -> Choice:
    """Return one of some words, or raise `RequestRefused` with what there is."""
    try:
        return kind(text)
    except ValueError:
        told = f"expected one of {', '.join(kind)}"
        raise RequestRefused([FieldProblem(name, told)]) from None


def day(text: str, name: str) -> date | None:
    """Return a day as browsers send it, None for none given, or raise `RequestRefused`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RequestRefused([FieldProblem(name, "expected a day, e.g. 2026-03-01")]) from None


def written(form: Form) -> dict[str, str]:
    """Return what was filled in, so that nothing has to be written twice."""
    return {name: values[-1] for name, values in form.fields.items() if values}
