"""Who calls: told by a token, a key or a signature, and refused what their roles do not permit."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from stayline.bootstrap import Ports
from stayline.domain.callers import Caller
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.roles import PERMITTED, PUBLIC, Operation, Role
from stayline.domain.score_request import ScoreRequest
from stayline.errors import NotPermitted, NotSignedIn, SignatureRefused
from stayline.settings import Settings
from stayline.usecases.check_reporting_line import check_reporting_line
from stayline.usecases.sign_in import sign_in
from stayline.web.calls import Call
from stayline.web.forwarding import Forwarding
from stayline.web.local_callers import not_local
from stayline.web.neutral import NOBODY
from stayline.web.rate_limits import RateLimits
from stayline.web.refusals import ANONYMOUS, Refusals
from stayline.web.signatures import MISSING, verified_caller
from stayline.web.token_keys import TokenKeyNow

_log = logging.getLogger(__name__)
_BEARER = "bearer "
_AWS = "AWS4-"
_CREDENTIALS = (b"authorization", b"x-api-key")
_IN_AWS_FORM = frozenset(
    {Operation.INVOKE_ENDPOINT, Operation.READ_FEATURES, Operation.WRITE_FEATURES}
)
"""What AWS's own clients ask for: they sign, and look for its errors."""
SIGN_IN = "sign_in"
"""What the audit log calls a sign-in at the portal that did not succeed."""
_NOBODY = Caller(ANONYMOUS, frozenset(), is_human=False)


class Callers:
    """Tells callers apart; says once that it takes whoever works at this machine."""

    def __init__(self, ports: Ports, settings: Settings, key_now: TokenKeyNow) -> None:
        self._ports = ports
        self._key_now = key_now
        self._local = Caller(settings.actor, frozenset(Role), is_human=True)
        self._refusals = Refusals(ports.audit, ports.clock)
        self._limits = RateLimits(settings.requests_per_minute)
        # Strangers have as many addresses as they like: they crowd out one another alone.
        self._limits_of_strangers = RateLimits(settings.requests_per_minute)
        self._forwarding = Forwarding(settings.trusted_proxy)
        self._has_warned = False

    def caller(self, call: Call, operation: Operation) -> Caller:
        """Return who calls, permitted to do this at all.

        Raises `NotSignedIn` (or `SignatureRefused`, in AWS's form) and `NotPermitted`; each stands
        in the audit log. Whom a manager may ask about is up to `within_line`. Requests are counted
        by subject, those of nobody by their address; raises `TooManyRequests`.
        """
        if operation in PUBLIC:
            return _NOBODY
        return self.admitted(call, operation, lambda: self._told(call, operation))

    def admitted(self, call: Call, operation: Operation, tell: Callable[[], Caller]) -> Caller:
        """Return whom ``tell`` tells in its own way, under the rules of `caller`."""
        try:
            caller = tell()
        except (NotSignedIn, SignatureRefused) as refusal:
            self._limits_of_strangers.check(self._forwarding.client(call))
            because = refusal.because if isinstance(refusal, NotSignedIn) else "signature"
            self._refusals.of_nobody(operation, because)
            raise
        self._limits.check(caller.subject)
        if not caller.may(operation):
            self._refusals.of(caller.subject, operation, "role")
            raise NotPermitted(operation, PERMITTED[operation])
        return caller

    def within_line(
        self, caller: Caller, operation: Operation, requests: Sequence[ScoreRequest]
    ) -> Sequence[ScoreRequest]:
        """Return the requests, with `NOBODY` in place of whoever is outside a manager's line.

        So whatever is answered, and whatever else is wrong with a request, is answered as of
        somebody unknown; of those outside nothing else is ever looked up.
        """
        ports = self._ports
        outside = check_reporting_line(
            caller,
            operation,
            (request.employee_id for request in requests if request.employee_id is not None),
            token_of=self.token_of,
            directory=ports.directory,
            features=ports.features,
            audit=ports.audit,
            clock=ports.clock,
        )
        if not outside:
            return requests
        return [
            replace(request, employee_id=NOBODY) if request.employee_id in outside else request
            for request in requests
        ]

    def within_line_of(self, caller: Caller, operation: Operation, hr_id: str) -> str:
        """Return the HR id of one person, or `NOBODY`, as `within_line` does."""
        (request,) = self.within_line(caller, operation, [ScoreRequest(hr_id)])
        return request.employee_id or NOBODY

    def is_quick(self, call: Call) -> bool:
        """Whether the caller is told without waiting for an identity provider."""
        tokens = self._ports.tokens
        if tokens is None:
            return True
        shown = _bearer(call.header(b"authorization"))
        return shown is None or tokens.is_quick(shown)

    def by_token(self, token: str) -> Caller:
        """Return who a token of the identity provider, or an API key, is about."""
        ports = self._ports
        return sign_in(
            token,
            tokens=ports.tokens,
            api_keys=ports.api_keys,
            roles=ports.roles,
            token_of=self.token_of,
            clock=ports.clock,
        )

    def not_at_this_machine(self, call: Call) -> str | None:
        """Return why a call is not one of somebody at this machine, None for one that is."""
        is_passed_on = self._forwarding.is_proxy(call.client)
        return "a proxy passed it on" if is_passed_on else not_local(call)

    def is_by_proxy(self, call: Call) -> bool:
        """Whether the proxy that ends TLS passed a call on."""
        return self._forwarding.is_proxy(call.client)

    def refused_sign_in(self, because: str) -> None:
        """Note somebody who came back from the identity provider and was not let in."""
        self._refusals.of_nobody(SIGN_IN, because)

    def token_of(self, hr_id: str) -> EmployeeToken:
        return pseudonym(self._key_now(), hr_id)

    def _told(self, call: Call, operation: Operation) -> Caller:
        found = [(n, v.decode("latin-1")) for n, v in call.headers if n in _CREDENTIALS]
        if len(found) > 1:  # who else reads which?
            raise NotSignedIn("two", "show one credential, once: X-Api-Key or Authorization.")
        named = dict(found)
        key, shown = named.get(b"x-api-key"), named.get(b"authorization")
        credential = _bearer(shown) if key is None else key
        if credential is not None:
            return self.by_token(credential)
        is_signed = b"X-Amz-" in call.query or (shown or "").startswith(_AWS)
        if is_signed or (operation in _IN_AWS_FORM and not self._takes_unsigned(shown)):
            return self._by_signature(call)
        if shown is not None:
            raise NotSignedIn("scheme", "Authorization has to be Bearer and a token or API key.")
        return self._at_this_machine(call, operation)

    def _by_signature(self, call: Call) -> Caller:
        name = verified_caller(
            call.method,
            call.path.encode("latin-1"),
            call.query,
            call.headers,
            call.body,
            keys=self._ports.secrets.access_keys(),
            now=self._ports.clock.now(),
        )
        return Caller(name, frozenset({Role.SERVICE}), is_human=False)

    def _takes_unsigned(self, shown: str | None) -> bool:
        """Whether AWS's form may come unsigned: from here, while no key and no issuer is."""
        has_sign_in = self._ports.tokens is not None or self._ports.secrets.access_keys()
        return shown is None and not has_sign_in

    def _at_this_machine(self, call: Call, operation: Operation) -> Caller:
        if self._ports.tokens is not None:
            raise NotSignedIn("missing", "send Authorization: Bearer and a token or an API key.")
        problem = self.not_at_this_machine(call)
        if problem is None:
            self._warn()
            return self._local
        if operation in _IN_AWS_FORM:
            remedy = "Make one with `stayline access-keys create` and sign requests with it."
            raise SignatureRefused(f"{problem} and there is no access key. {remedy}", MISSING)
        remedy = "Send an API key (`stayline api-keys create`), or configure oidc_issuer."
        raise NotSignedIn(
            "not_local", f"{problem}, and without sign-in only this one is served. " + remedy
        )

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning(
                "Nobody signs in: whoever is at this machine acts as %r and may do everything, "
                "since no oidc_issuer is set. Unsigned requests of AWS's form are taken, too, "
                "until `stayline access-keys create --name NAME`.",
                self._local.subject,
            )


def _bearer(shown: str | None) -> str | None:
    if shown is None or shown[: len(_BEARER)].lower() != _BEARER:
        return None
    return shown[len(_BEARER) :].strip()
