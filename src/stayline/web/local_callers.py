"""Who may do without a sign-in: somebody at this very machine, and no web page in their browser.

A page from elsewhere can make a browser send requests to this machine, either openly (then they
carry the page's origin) or under a name of its own that it lets point here (then they carry that
name as Host). Both are told apart from what the analyst sends.
"""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from stayline.web.calls import Call

_FORWARDED = (b"forwarded", b"x-forwarded-", b"via", b"x-real-ip", b"x-original-")
"""How the names of headers begin that proxies add."""
_REMEMBERED = 64
"""How many addresses and Host headers are told without reading them again, for each request."""


def not_local(call: Call) -> str | None:
    """Return why a call is not taken for one from this machine, None for one that is."""
    if not _is_loopback(call.client):
        return "it comes from another machine"
    for name, value in call.headers:
        if name.startswith(_FORWARDED):
            return "a proxy passed it on"
        if name == b"host" and not _names_here(value.decode("latin-1")):
            return "its Host header names another machine than this one"
        if name == b"origin" and not _is_from_here(value.decode("latin-1")):
            return "a web page from elsewhere made the browser send it"
        if name == b"sec-fetch-site" and value == b"cross-site":
            return "a web page from elsewhere made the browser send it"
    return None


@lru_cache(maxsize=_REMEMBERED)
def _is_loopback(client: str | None) -> bool:
    try:
        address = ip_address(client or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


@lru_cache(maxsize=_REMEMBERED)
def _names_here(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_from_here(origin: str) -> bool:
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and _names_here(host)
