"""Errors of serving: endpoints, deployments, callers and feature groups."""

from collections.abc import Sequence
from datetime import datetime

from stayline.errors.root import StaylineError


class EndpointUnavailable(StaylineError):
    """The deployed model cannot answer just now; ask again after ``retry_after_s`` seconds.

    ``failing_since`` is when it first failed; None where that is not known.
    """

    def __init__(
        self,
        endpoint: str,
        problem: str,
        retry_after_s: int = 5,
        *,
        failing_since: datetime | None = None,
    ) -> None:
        self.failing_since = failing_since
        self.endpoint = endpoint
        self.problem = problem
        self.retry_after_s = retry_after_s
        super().__init__(
            f"Endpoint {endpoint!r} cannot answer just now: {problem.rstrip('.')}. "
            f"Ask again in {retry_after_s} s."
        )


class NoNightlyScore(StaylineError):
    """The endpoint has been down for long, and there is no kept score that may stand in.

    ``path`` is where the person stands in the request.
    """

    def __init__(self, token: str, problem: str, path: str = "employee_id") -> None:
        self.token = token
        self.path = path
        super().__init__(
            f"The endpoint is down, and of employee {token} {problem.rstrip('.')}. "
            "Nobody is scored from guesses; ask again once the endpoint answers."
        )


class UnknownEndpoint(StaylineError):
    """A request names an endpoint that is not here."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"There is no endpoint {name!r} here; this one is {expected!r}.")


class UnknownVariant(StaylineError):
    """A request names a production variant that does not serve."""

    def __init__(self, name: str, serving: Sequence[str]) -> None:
        super().__init__(f"There is no variant {name!r}; serving: {', '.join(serving) or 'none'}.")


class DeploymentRefused(StaylineError):
    """A deployment did not pass its checks, or was rolled back; what served goes on serving."""

    def __init__(self, version: int, problem: str, remedy: str) -> None:
        self.version = version
        super().__init__(
            f"Version {version} does not serve: {problem.rstrip('.')}. The version before it "
            f"goes on serving. {remedy}"
        )


class EndpointMissing(StaylineError):
    """A version is to serve where the stack has no endpoint yet; the stack makes it."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(
            f"There is no endpoint yet that could serve version {version}; the stack makes it. Run "
            f"`stayline aws deploy --model-version {version}` with the --stage and --profile of "
            "the stack, which also deploys the version."
        )


class NothingToRollBack(StaylineError):
    """There is no earlier deployment to go back to."""

    def __init__(self) -> None:
        super().__init__(
            "No other version was deployed before this one, so there is none to go back to. "
            "Deploy one with `stayline models deploy VERSION`."
        )


class SignatureRefused(StaylineError):
    """A request's signature is missing, wrong, too old, or of an unknown key.

    ``code`` is what AWS services call it, such as ``InvalidSignatureException``.
    """

    def __init__(self, problem: str, code: str = "InvalidSignatureException") -> None:
        self.code = code
        super().__init__(f"The request is not accepted: {problem}")


class TooManyRequests(StaylineError):
    """A caller asks more often than it may; ``retry_after_s`` later it may again."""

    def __init__(self, per_minute: int, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(
            f"More than {per_minute:,} requests in a minute came from this caller. Try again in "
            f"{retry_after_s} s, or have the setting requests_per_minute raised."
        )


class UnknownAccessKey(StaylineError):
    """There is no access key of that id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no access key {key_id!r}. See `stayline access-keys list`.")


class UnknownFeatureGroup(StaylineError):
    """A request names a feature group that is not here."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no feature group {name!r}; there are: {', '.join(known)}.")


class RecordRefused(StaylineError):
    """A feature record breaks a rule of its feature group."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
