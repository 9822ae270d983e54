"""Secrets by name; a value is never logged, printed or put in a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class Secrets(Protocol):
    """Hands out secrets by name."""

    def has_token_key(self) -> bool:
        """Return whether there is a token key already."""
        ...

    def token_key(self) -> bytes:
        """Return the key that turns HR ids into tokens, at least 32 bytes.

        The first call in a new home makes one. Losing it means that no person can be found again.
        """
        ...

    def access_keys(self) -> Mapping[str, AccessKey]:
        """Return the keys that may sign requests, by id.

        Cheap enough to ask for with every request; a change in any process is seen within a second.
        """
        ...

    def create_access_key(self, name: str) -> AccessKey:
        """Make a key for a calling program; raises `SettingRefused` for a name that is none."""
        ...

    def revoke_access_key(self, key_id: str) -> AccessKey:
        """Remove a key and return it; raises `UnknownAccessKey`."""
        ...

    def alarm_channels(self) -> AlarmChannels:
        """Return where alarms are sent, as it is now; raises `SettingRefused`."""
        ...
