"""The statuses of bodies and headers that cannot be read, on the routes of SageMaker's form."""

from http import HTTPStatus

import msgspec
from litestar.exceptions import HTTPException

from stayline.errors import (
    NotPermitted,
    NotSignedIn,
    SignatureRefused,
    StaylineError,
    TooManyRequests,
)
from stayline.formats.content_types import ContentTypeRefused, NotAcceptable
from stayline.formats.request_text import BodyUnreadable
from stayline.web.calls import Answer
from stayline.web.errors import answered, problem_of
from stayline.web.runtime.invocation_headers import HeaderRefused

_STATUS: dict[type[ValueError], HTTPStatus] = {
    BodyUnreadable: HTTPStatus.BAD_REQUEST,
    ContentTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    HeaderRefused: HTTPStatus.BAD_REQUEST,
}
_OF_CALLERS = (NotPermitted, NotSignedIn, SignatureRefused, TooManyRequests)


def with_status(error: Exception) -> Exception:
    """Return the error with the status it has over HTTP; others as they are."""
    status = _STATUS.get(type(error)) if isinstance(error, ValueError) else None
    return error if status is None else HTTPException(detail=str(error), status_code=status)


def container_error(error: Exception) -> Answer:
    """Return a problem document with the statuses of SageMaker's containers.

    415 for a body that cannot be read, 400 for every refusal to score; its type says which it is.
    """
    if isinstance(error, BodyUnreadable):
        unread = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return answered(HTTPException(detail=str(error), status_code=unread))
    answer = answered(with_status(error))
    is_own = isinstance(error, StaylineError) and not isinstance(error, _OF_CALLERS)
    if not is_own or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer
    bad = HTTPStatus.BAD_REQUEST
    problem = msgspec.structs.replace(problem_of(error)[0], status=bad, title=bad.phrase)
    return Answer(bad, answer.headers, msgspec.json.encode(problem))
