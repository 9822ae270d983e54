"""Errors of identity: who is not signed in, what is not permitted, keys and roles."""

from collections.abc import Iterable

from stayline.errors.root import StaylineError


class NotSignedIn(StaylineError):
    """Nobody is told by this request, or by a credential that does not hold.

    ``because`` is one short word for the audit log, such as ``expired``; it never holds the
    credential.
    """

    def __init__(self, because: str, problem: str) -> None:
        self.because = because
        super().__init__(f"Not signed in: {problem}")


class NotPermitted(StaylineError):
    """Somebody is signed in, and none of their roles permits this."""

    def __init__(self, operation: str, roles: Iterable[str]) -> None:
        self.operation = operation
        may = ", ".join(sorted(roles)) or "nobody"
        super().__init__(
            f"Your roles do not permit '{operation}'; these do: {may}. Ask an administrator for "
            "the role if it is yours to have."
        )


class UnknownApiKey(StaylineError):
    """There is no API key of that id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no API key {key_id!r}. See `stayline api-keys list`.")


class UnknownRoleGrant(StaylineError):
    """There is no request for a role, and no grant of one, under that id."""

    def __init__(self, grant_id: str) -> None:
        super().__init__(f"There is no role grant {grant_id!r}. See `stayline roles list`.")


class RoleGrantRefused(StaylineError):
    """A request for a role, its grant or its end breaks a rule; nothing was changed."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"The role stays as it is: {problem.rstrip('.')}. {remedy}")


class IssuerUnreachable(StaylineError):
    """The identity provider's keys cannot be fetched, and none were fetched before."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"The identity provider cannot be asked for its keys: {problem.rstrip('.')}. Nobody is "
            "let in unchecked; ask again once it answers."
        )


class SignInRefused(StaylineError):
    """Somebody came to sign in, and what the browser or the provider brought does not hold.

    ``because`` is one short word for the audit log.
    """

    def __init__(self, because: str, problem: str) -> None:
        self.because = because
        super().__init__(f"The sign-in did not succeed: {problem} Sign in again.")


class NoSuchPage(StaylineError):
    """A list has no page of that number."""

    def __init__(self, asked: str | int, pages: int | None = None) -> None:
        has = "Pages are counted from 1." if pages is None else f"The last one is {pages:,}."
        super().__init__(f"The list has no page {str(asked)[:20]!r}. {has}")


class FormRefused(StaylineError):
    """A form is not one that a page of this session sent; nothing was done."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"Nothing was done with this form: {problem} Open the page anew and send it from there."
        )
