"""What a browser keeps of a visitor between two pages, sealed; the server keeps nothing."""

import secrets
from datetime import datetime, timedelta

import msgspec

from stayline.domain.roles import Role

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
SIGN_IN_TAKES = timedelta(minutes=10)
NOTED_EVERY = timedelta(minutes=1)
"""How old the note of the last visit gets before a page's answer renews it."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the clock of the gateway that answers may be behind that of the one before."""


class Secretive(msgspec.Struct, frozen=True):
    """A value whose contents no message shows."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class ByProvider(Secretive, frozen=True, tag="provider"):
    """Signed in at the provider: its access token is checked anew with every request."""

    access_token: str
    refresh_token: str = ""


class InDevelopment(Secretive, frozen=True, tag="development"):
    """A stand-in for sign-in, at this machine only; ``employee`` is the token of a manager."""

    name: str
    roles: tuple[Role, ...]
    employee: str | None = None


class Session(Secretive, frozen=True):
    """Somebody who has signed in; times are seconds since 1970.

    ``form_key`` stands in each form of this session's pages and in no other's.
    """

    by: ByProvider | InDevelopment
    began_at: float
    seen_at: float
    form_key: str

    def holds_at(self, now: datetime) -> bool:
        """Whether it was used lately and did not begin too long ago."""
        at, ahead = now.timestamp(), -CLOCKS_DIFFER.total_seconds()
        is_fresh = ahead <= at - self.seen_at < IDLE.total_seconds()
        return is_fresh and ahead <= at - self.began_at < LONGEST.total_seconds()

    def seen(self, now: datetime) -> "Session":
        """Return the session as it goes on: the same where it was noted a moment ago."""
        at = now.timestamp()
        if at - self.seen_at < NOTED_EVERY.total_seconds():
            return self
        return msgspec.structs.replace(self, seen_at=at)

    def renewed(self, by: ByProvider) -> "Session":
        """Return the session with the provider's new tokens."""
        return msgspec.structs.replace(self, by=by)


class SignInUnderWay(Secretive, frozen=True):
    """Somebody on the way to the provider and back; it is never turned into a session."""

    began_at: float
    form_key: str
    back_to: str
    state: str = ""
    nonce: str = ""
    verifier: str = ""

    def holds_at(self, now: datetime) -> bool:
        """Whether it began a moment ago."""
        age = now.timestamp() - self.began_at
        return -CLOCKS_DIFFER.total_seconds() <= age < SIGN_IN_TAKES.total_seconds()


def begun(by: ByProvider | InDevelopment, now: datetime) -> Session:
    """Return a new session, with a form key of its own."""
    at = now.timestamp()
    return Session(by, at, at, new_form_key())


def new_form_key() -> str:
    """Return what nobody guesses."""
    return secrets.token_urlsafe(24)
