"""The style and the symbol, under names that change with their contents, so browsers keep them."""

from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from litestar import Response, get
from litestar.datastructures import ResponseHeader
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from stayline.web.portal.visits import open_to_all
from stayline.web.security_headers import PORTAL


class _File(NamedTuple):
    name: str
    kind: str
    body: bytes


def _file(name: str, kind: str) -> _File:
    body = (files("stayline.web.portal") / "static" / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    return _File(f"{stem}-{sha256(body).hexdigest()[:12]}.{ending}", kind, body)


_FILES = {
    one.name: one for one in (_file("portal.css", "text/css"), _file("symbol.svg", "image/svg+xml"))
}
STYLE, SYMBOL = (f"{PORTAL}/static/{name}" for name in _FILES)
"""Where the style and the symbol are."""


@get(
    "/static/{name:str}",
    sync_to_thread=False,
    opt=open_to_all(),
    response_headers=[
        ResponseHeader(name="Cache-Control", value="public, max-age=31536000, immutable")
    ],
)
def static_file(name: FromPath[str]) -> Response[bytes]:
    """Answer with a file of the pages' own."""
    found = _FILES.get(name)
    if found is None:
        raise NotFoundException
    return Response(found.body, media_type=found.kind)
