"""Small JSON documents from the identity provider, and from nobody it points elsewhere to."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from stayline.errors import IssuerUnreachable

DISCOVERY = "/.well-known/openid-configuration"
LARGEST_DOCUMENT = 512 * 1024
LONGEST_S = 5.0
_READ = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: a provider names its addresses itself."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def is_safe_address(url: str) -> bool:
    """Whether keys may come from there: by https, or from this very machine.

    >>> is_safe_address("https://id.example"), is_safe_address("http://id.example")
    (True, False)
    >>> is_safe_address("http://127.0.0.1:9000/realm")
    True
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def described(issuer: str) -> dict[str, object]:
    """Return how an issuer describes itself, or raise `IssuerUnreachable`."""
    found = fetched(issuer.rstrip("/") + DISCOVERY)
    if found.get("issuer") != issuer:
        raise IssuerUnreachable("its description names another issuer than oidc_issuer")
    return found


def fetched(url: str) -> dict[str, object]:
    """Return the JSON object at an address, or raise `IssuerUnreachable`.

    At most 512 KiB within five seconds, however slowly it drips, and no redirect.
    """
    if not is_safe_address(url):
        raise IssuerUnreachable("an address that it names is not an https address")
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310  (checked above)
    try:
        return msgspec.json.decode(_read(request), type=dict[str, object])
    except msgspec.MsgspecError:
        raise IssuerUnreachable("what it answers is not a JSON object") from None
    except urllib.error.HTTPError as error:
        error.close()
        raise IssuerUnreachable(f"it answers with status {error.code}") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise IssuerUnreachable(f"{type(reason).__name__} on the way") from None


def _read(request: urllib.request.Request) -> bytes:
    until = time.monotonic() + LONGEST_S
    body = b""
    with _opener.open(request, timeout=LONGEST_S) as answer:
        while part := answer.read1(_READ):
            body += part
            if len(body) > LARGEST_DOCUMENT:
                raise IssuerUnreachable("its document is larger than 512 KiB")
            if time.monotonic() > until:
                raise TimeoutError
    return body


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
