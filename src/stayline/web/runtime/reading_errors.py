"""The statuses of bodies and headers that cannot be read, on the routes of SageMaker's form."""

from http import HTTPStatus

from litestar.exceptions import HTTPException

from stayline.formats.content_types import ContentTypeRefused, NotAcceptable
from stayline.formats.request_text import BodyUnreadable
from stayline.web.runtime.invocation_headers import HeaderRefused

_STATUS: dict[type[ValueError], HTTPStatus] = {
    BodyUnreadable: HTTPStatus.BAD_REQUEST,
    ContentTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    HeaderRefused: HTTPStatus.BAD_REQUEST,
}


def with_status(error: Exception) -> Exception:
    """Return the error with the status it has over HTTP; others as they are."""
    status = _STATUS.get(type(error)) if isinstance(error, ValueError) else None
    return error if status is None else HTTPException(detail=str(error), status_code=status)
