"""Who may call the routes of SageMaker's form, and under which name it is written down."""

import logging
from ipaddress import ip_address

from stayline.bootstrap import Ports
from stayline.domain.callers import Caller
from stayline.domain.roles import Role
from stayline.errors import SignatureRefused
from stayline.settings import Settings
from stayline.web.calls import Call, Headers
from stayline.web.forwarding import Forwarding
from stayline.web.rate_limits import RateLimits
from stayline.web.signatures import MISSING, verified_caller

_log = logging.getLogger(__name__)
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"via", b"x-real-ip"})


class Callers:
    """Tells callers apart by their signature; says once that unsigned requests are taken.

    ``local`` is whoever works on this machine while nobody can sign in: everything is permitted.
    """

    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._secrets = ports.secrets
        self._clock = ports.clock
        self._actor = settings.actor
        self.local = Caller(settings.actor, frozenset(Role), is_human=True)
        self.limits = RateLimits(settings.requests_per_minute)
        self._forwarding = Forwarding(settings.trusted_proxy)
        self._has_warned = False

    def caller(self, call: Call) -> str:
        """Return the name of who calls; raises `SignatureRefused` and `TooManyRequests`.

        Requests are counted by name, those of nobody by their address.
        """
        try:
            name = self._told(call)
        except SignatureRefused:
            self.limits.check(f"address {self._forwarding.client(call)}")
            raise
        self.limits.check(name)
        return name

    def _told(self, call: Call) -> str:
        """Return the name of who calls, or raise `SignatureRefused`.

        An unsigned request is taken from this machine only, and only while there is no access key;
        one that a proxy passed on is not from this machine.
        """
        keys = self._secrets.access_keys()
        if not keys and not _is_signed(call):
            is_direct = not self._forwarding.is_proxy(call.client)
            if is_direct and _is_loopback(call.client) and not _is_forwarded(call.headers):
                self._warn()
                return self._actor
            raise SignatureRefused(
                "it comes from another machine and there is no access key. Make one with "
                "`stayline access-keys create` and sign requests with it.",
                MISSING,
            )
        return verified_caller(
            call.method,
            call.path.encode("latin-1"),
            call.query,
            call.headers,
            call.body,
            keys=keys,
            now=self._clock.now(),
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


def _is_signed(call: Call) -> bool:
    """Whether a signature was tried; a wrong one is never taken for none."""
    return b"X-Amz-" in call.query or call.header(b"authorization") is not None
