"""Who may call the routes of SageMaker's form, and under which name it is written down."""

import logging
from ipaddress import ip_address

from stayline.bootstrap import Ports
from stayline.errors import SignatureRefused
from stayline.formats.sigv4 import Headers
from stayline.settings import Settings
from stayline.web.runtime.signatures import MISSING, verified_caller

_log = logging.getLogger(__name__)
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"via", b"x-real-ip"})


class Callers:
    """Tells callers apart by their signature; says once that unsigned requests are taken."""

    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._secrets = ports.secrets
        self._clock = ports.clock
        self._actor = settings.actor
        self._has_warned = False

    def caller(
        self,
        method: str,
        raw_path: bytes,
        query_string: bytes,
        headers: Headers,
        body: bytes,
        *,
        client: str | None,
    ) -> str:
        """Return the name of the caller, or raise `SignatureRefused`.

        An unsigned request is taken from this machine only, and only while there is no access key;
        one that a proxy passed on is not from this machine. ``client`` is the peer's address.
        """
        keys = self._secrets.access_keys()
        is_open = not keys and _is_loopback(client) and not _is_forwarded(headers)
        if is_open and not _is_signed(query_string, headers):
            self._warn()
            return self._actor
        if not keys and not _is_signed(query_string, headers):
            raise SignatureRefused(
                "it comes from another machine and there is no access key. Make one with "
                "`stayline access-keys create` and sign requests with it.",
                MISSING,
            )
        return verified_caller(
            method, raw_path, query_string, headers, body, keys=keys, now=self._clock.now()
        )

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning(
                "Unsigned requests from this machine are taken, since there is no access key. "
                "`stayline access-keys create --name NAME` ends that."
            )


def _is_loopback(client: str | None) -> bool:
    try:
        address = ip_address(client or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def _is_forwarded(headers: Headers) -> bool:
    return any(name.lower() in _FORWARDED for name, _ in headers)


def _is_signed(query_string: bytes, headers: Headers) -> bool:
    """Whether a signature was tried; a wrong one is never taken for none."""
    return b"X-Amz-" in query_string or any(name.lower() == b"authorization" for name, _ in headers)
