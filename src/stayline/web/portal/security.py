"""What every answer below ``/portal`` tells browsers, whoever made it."""

from litestar.types import Message, Scope

from stayline.web.framework_calls import NO_STORE
from stayline.web.portal.cookies import going_out
from stayline.web.security_headers import PAGE_HEADERS, is_page


async def dress(message: Message, scope: Scope) -> None:
    """Add the headers and cookies of pages to an answer, also to one of an error."""
    if message["type"] != "http.response.start" or not is_page(scope["path"]):
        return
    told = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [
        *message["headers"],
        *([] if b"cache-control" in told else [NO_STORE]),
        *((name.encode(), value.encode()) for name, value in PAGE_HEADERS),
        *((b"set-cookie", cookie) for cookie in going_out(scope)),
    ]
