"""What a form brought: read whole, and believed only if a page of this session sent it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar import Request

from stayline.errors import FieldProblem, FormRefused, RequestRefused

FORM_KEY = "form_key"
LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each by its name."""

    fields: Mapping[str, list[str]]

    def text(self, name: str, *, most: int = 200, is_needed: bool = True) -> str:
        """Return a field without outer white space, or raise `RequestRefused`."""
        value = self.fields.get(name, [""])[-1].strip()
        if (is_needed and not value) or len(value) > most or "\x00" in value:
            raise RequestRefused([FieldProblem(name, f"expected text of 1 to {most} characters")])
        return value

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be chosen several times."""
        return list(self.fields.get(name, []))


async def form_of(request: Request[Any, Any, Any]) -> Form:
    """Return the form of a request for a handler's parameter ``form``; empty where it has none."""
    return Form(_fields(await request.body())) if request.method == "POST" else Form({})


async def check_form(request: Request[Any, Any, Any], form_key: str, own_origin: str) -> None:
    """Raise `FormRefused` unless a page of this very session sent the form.

    Browsers say where it comes from; the key is what other pages cannot know.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise FormRefused("it is not of the kind that pages send.")
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin"):
        raise FormRefused("another page sent it.")
    if site is None and origin is not None and not _is_same(origin, own_origin):
        raise FormRefused("another page sent it.")
    shown = _fields(await request.body()).get(FORM_KEY, [""])[-1]
    if not form_key or not hmac.compare_digest(shown.encode(), form_key.encode()):
        raise FormRefused("your session is not the one that the page was made for.")


def _is_same(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def _fields(body: bytes) -> Mapping[str, list[str]]:
    """Return the fields, with line ends as everywhere else; browsers send those of the web."""
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise FormRefused("it cannot be read.") from None
    return {name: [one.replace("\r\n", "\n") for one in some] for name, some in fields.items()}
