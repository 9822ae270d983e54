"""The portal's two cookies, and how they go out with whatever is answered."""

from collections.abc import Mapping

from litestar.datastructures import Cookie
from litestar.types import Scope

from stayline.errors import SignInRefused

SESSION = "stayline-session"
SIGN_IN = "stayline-sign-in"
_PIECE = 3500
_MOST_PIECES = 5
_WAITING = "portal_cookies"


def kept(cookies: Mapping[str, str], name: str, *, is_https: bool) -> str | None:
    """Return what the browser kept under a name, put together, None for nothing."""
    pieces = [cookies.get(_full(name, at, is_https)) for at in range(_MOST_PIECES)]
    known = [piece for piece in pieces if piece]
    return "".join(known) if known else None


def keep(scope: Scope, cookies: Mapping[str, str], name: str, text: str, *, is_https: bool) -> None:
    """Let the browser keep a text from this answer on; an empty one ends what it kept.

    Browsers take 4 KiB a cookie, so a longer text comes in pieces; raises `SignInRefused` for one
    of more than five.
    """
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    if len(pieces) > _MOST_PIECES:
        raise SignInRefused(
            "large",
            "the identity provider's tokens are larger than a browser keeps; let it put "
            "less into them.",
        )
    waiting = _waiting(scope)
    for at in range(_MOST_PIECES):
        full = _full(name, at, is_https)
        waiting.pop(full, None)
        if at < len(pieces):
            waiting[full] = _header(full, pieces[at], None, is_https)
        elif full in cookies:
            waiting[full] = _header(full, "", 0, is_https)


def going_out(scope: Scope) -> list[bytes]:
    """Return the Set-Cookie headers of the answer."""
    return [header.encode("latin-1") for header in _waiting(scope).values()]


def _waiting(scope: Scope) -> dict[str, str]:
    waiting: dict[str, str] = scope["state"].setdefault(_WAITING, {})
    return waiting


def _full(name: str, at: int, is_https: bool) -> str:
    """Return a cookie's name; under https one that no other host and no plain http can set."""
    return f"{'__Host-' if is_https else ''}{name}.{at}"


def _header(name: str, value: str, max_age: int | None, is_https: bool) -> str:
    cookie = Cookie(
        key=name,
        value=value,
        max_age=max_age,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )
    return cookie.to_header(header="")
