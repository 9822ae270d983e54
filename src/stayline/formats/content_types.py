"""Which form a body has, and which form its answer is to have, by the headers that say so."""

from collections.abc import Iterator
from enum import StrEnum


class Form(StrEnum):
    """A form of bodies; its value is the media type that answers carry."""

    CSV = "text/csv"
    JSON = "application/json"
    JSON_LINES = "application/jsonlines"
    LIBSVM = "text/libsvm"


ANSWER_FORMS = (Form.JSON, Form.CSV, Form.JSON_LINES)

_FORMS = {
    "text/csv": Form.CSV,
    "csv": Form.CSV,
    "application/json": Form.JSON,
    "application/jsonlines": Form.JSON_LINES,
    "application/x-jsonlines": Form.JSON_LINES,
    "text/libsvm": Form.LIBSVM,
    "text/x-libsvm": Form.LIBSVM,
    "libsvm": Form.LIBSVM,
}
_WILD = {"*/*": ANSWER_FORMS, "text/*": (Form.CSV,), "application/*": ANSWER_FORMS[::2]}
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class ContentTypeRefused(ValueError):
    """A body of a kind that nobody here reads."""


class NotAcceptable(ValueError):
    """An answer asked for in forms that nobody here writes."""


def request_form(content_type: str | None) -> Form:
    """Return the form of a body; without a header it is libsvm, as in SageMaker's containers.

    ``label_size=1`` is taken and means nothing, as there; any other is refused. Raises
    `ContentTypeRefused`, also for text that is not UTF-8.

    >>> request_form("text/csv; label_size=1; charset=utf-8").name
    'CSV'
    """
    if content_type is None or not content_type.strip():
        return Form.LIBSVM
    kind, parameters = _parsed(content_type)
    form = _FORMS.get(kind)
    if form is None:
        raise ContentTypeRefused(f"Expected Content-Type {', '.join(_FORMS)}, or none for libsvm.")
    if parameters.get("label_size", "1") != "1":
        raise ContentTypeRefused("The parameter label_size must be 1; rows hold no label here.")
    if parameters.get("charset", "utf-8") not in _UTF8:
        raise ContentTypeRefused("The charset must be utf-8.")
    return form


def answer_form(accept: str | None, default: Form) -> Form:
    """Return the form of the answer that an Accept header likes best, or raise `NotAcceptable`.

    >>> answer_form("application/xml, application/json;q=0.5, text/csv;q=0.1", Form.CSV).name
    'JSON'
    """
    if accept is None or not accept.strip():
        return default
    ranked = sorted(_ranges(accept), key=lambda ranged: -ranged[1])
    barred = {_FORMS.get(kind) for kind, quality in ranked if quality == 0}
    for kind, quality in ranked:
        if quality == 0:
            continue
        wanted = _WILD.get(kind, (_FORMS.get(kind),))
        if default in wanted:
            wanted = (default, *wanted)
        for form in wanted:
            if form in ANSWER_FORMS and form not in barred:
                return Form(form)
    raise NotAcceptable(f"Accept one of {', '.join(ANSWER_FORMS)}.")


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        kind, parameters = _parsed(part)
        try:
            quality = float(parameters.get("q", "1"))
        except ValueError:
            continue
        if kind and 0 <= quality <= 1:
            yield kind, quality


def _parsed(header: str) -> tuple[str, dict[str, str]]:
    kind, *parameters = (part.strip().lower() for part in header.split(";"))
    pairs = (parameter.partition("=")[::2] for parameter in parameters)
    return kind, {name.strip(): value.strip().strip('"') for name, value in pairs}
