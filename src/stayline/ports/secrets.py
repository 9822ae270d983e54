"""Secrets by name; a value is never logged, printed or put in a message."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from stayline.domain.access_keys import AccessKey


@dataclass(frozen=True, slots=True)
class AlarmChannels:
    """Addresses by the name of their channel; ``problems`` name entries that are none.

    >>> AlarmChannels({"hook": "json://never-shown"})
    AlarmChannels(problems=())
    """

    urls: Mapping[str, str] = field(repr=False)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """One secret: ``state`` in words, ``where`` as a reference, and what tells two keys apart.

    ``until`` is from when on a replaced token key may be retired, or when an access key ends.
    """

    name: str
    state: str
    where: str | None
    since: datetime | None = None
    until: datetime | None = None
    fingerprint: str | None = None


class Secrets(Protocol):
    """Hands out secrets by name."""

    def has_token_key(self) -> bool:
        """Return whether there is a token key already."""
        ...

    def token_key(self) -> bytes:
        """Return the key that turns HR ids into tokens, at least 32 bytes.

        Cheap enough to ask for with every request: a rotation in any process is followed at once.
        The first call in a new home makes one. Losing it means that no person can be found again.
        """
        ...

    def earlier_token_keys(self) -> Mapping[str, bytes]:
        """Return the replaced token keys that are not retired, by fingerprint.

        Raises `StoreDamaged` when one is not at hand: an opt-out could not be matched to its
        person.
        """
        ...

    def kept_token_key(self, fingerprint: str) -> bytes | None:
        """Return the token key of a fingerprint, None when it is not at hand."""
        ...

    def next_token_key(self) -> bytes:
        """Return the token key to change to; the same one again until a rotation has begun."""
        ...

    def token_key_place(self, fingerprint: str) -> str | None:
        """Return where a token key is, as a reference."""
        ...

    def remove_token_key(self, fingerprint: str) -> str | None:
        """Remove a replaced token key; return where it still is when that is not ours to do."""
        ...

    def steady_tokens(self) -> AbstractContextManager[None]:
        """Keep everybody's tokens as they are meanwhile; raises `RotationUnderWay`.

        For work that goes on for longer than a request and puts tokens together. Several may.
        """
        ...

    def changing_tokens(self) -> AbstractContextManager[None]:
        """Change tokens; raises `RotationRefused` while somebody else does or needs them steady."""
        ...

    def access_keys(self) -> Mapping[str, AccessKey]:
        """Return the keys that may sign requests, by id.

        Cheap enough to ask for with every request; a change in any process is seen within a second.
        """
        ...

    def create_access_key(self, name: str) -> AccessKey:
        """Make a key for a calling program; raises `SettingRefused` for a name that is none."""
        ...

    def rotate_access_key(
        self, key_id: str, *, at: datetime, overlap: timedelta
    ) -> tuple[AccessKey, AccessKey]:
        """Return a key, taken until its overlap ends, and its successor of the same name.

        Raises `UnknownAccessKey`, and `SettingRefused` for a key that has a successor already.
        """
        ...

    def revoke_access_key(self, key_id: str) -> AccessKey:
        """Remove a key and return it; raises `UnknownAccessKey`."""
        ...

    def alarm_channels(self) -> AlarmChannels:
        """Return where alarms are sent, as it is now; raises `SettingRefused`."""
        ...

    def secret(self, name: str) -> bytes | None:
        """Return the value that ``[secrets] name`` refers to; None when it is not set.

        Raises `SettingRefused` and `SecretUnavailable`.
        """
        ...

    def other_secrets(self) -> list[SecretEntry]:
        """Return the secrets besides token keys that are there, without their values."""
        ...
