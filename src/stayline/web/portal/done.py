"""What a form has done, told on the page that it leads to; no address made up claims it."""

from datetime import datetime, timedelta

from litestar import Response

from stayline.web.gateway import Gateway
from stayline.web.portal.pages import address, see_other
from stayline.web.portal.sealed import opened, seal
from stayline.web.portal.sessions import CLOCKS_DIFFER
from stayline.web.portal.visits import Visit

TOLD_FOR = timedelta(minutes=1)


def see_done(
    path: str, what: str, *, gateway: Gateway, visit: Visit, **query: str
) -> Response[str]:
    """Lead to a page that tells this visitor, for a minute, what was done."""
    told = (what, gateway.ports.clock.now())
    sealed = seal(gateway.token_key, _purpose(path, visit), told)
    return see_other(address(path, query, done=sealed))


def just_done(done: str, *, gateway: Gateway, visit: Visit) -> str:
    """Return what `see_done` tells this visitor of this page; empty for any other address."""
    if not done:
        return ""
    told = opened(gateway.token_key, _purpose(visit.path, visit), done, tuple[str, datetime])
    if told is None:
        return ""
    what, at = told
    return what if -CLOCKS_DIFFER <= gateway.ports.clock.now() - at < TOLD_FOR else ""


def _purpose(path: str, visit: Visit) -> str:
    return f"what {visit.caller and visit.caller.subject} did, told by {path}"
