"""What a program signs its requests with, so that the gateway knows who asks."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from stayline.domain.key_validity import overlap_end
from stayline.errors import SettingRefused, UnknownAccessKey

LONGEST_NAME = 100
_PREFIX = "SLAK"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The key of one calling program; ``name`` is who acts in the audit log.

    One that was replaced has a ``successor``, the id of another key, and is taken until
    ``valid_until``.

    >>> AccessKey("SLAK0", "never shown", "payroll")
    AccessKey(key_id='SLAK0', name='payroll', valid_until=None, successor=None)
    """

    key_id: str
    secret: str = field(repr=False)
    name: str
    valid_until: datetime | None = None
    successor: str | None = None


def checked_caller(name: str) -> str:
    """Return the trimmed name of a caller, or raise `SettingRefused`.

    >>> checked_caller(" payroll ")
    'payroll'
    """
    trimmed = name.strip()
    if not trimmed or len(trimmed) > LONGEST_NAME or not trimmed.isprintable():
        expected = f"1 to {LONGEST_NAME} printable characters that say which program calls"
        raise SettingRefused("name", name, expected)
    return trimmed


def new_access_key(name: str) -> AccessKey:
    """Return a key with 64 random bits in its id and 320 in its secret; raises `SettingRefused`."""
    return AccessKey(_new_id(), _new_secret(), checked_caller(name))


def replaced_access_key(
    keys: Mapping[str, AccessKey], key_id: str, *, at: datetime, overlap: timedelta
) -> tuple[AccessKey, AccessKey]:
    """Return a key that is taken until its overlap ends, and its successor of the same name.

    Raises `UnknownAccessKey`, and `SettingRefused` for one that has a successor already.
    """
    old = known_access_key(keys, key_id)
    if old.successor is not None:
        raise SettingRefused("key", key_id, f"its successor, {old.successor}")
    new = replace(old, key_id=_new_id(), secret=_new_secret(), valid_until=None)
    end = overlap_end(old.valid_until, at=at, overlap=overlap)
    return replace(old, valid_until=end, successor=new.key_id), new


def known_access_key(keys: Mapping[str, AccessKey], key_id: str) -> AccessKey:
    """Return the key of that id; raises `UnknownAccessKey`."""
    if key_id not in keys:
        raise UnknownAccessKey(key_id)
    return keys[key_id]


def _new_id() -> str:
    return _PREFIX + secrets.token_hex(8).upper()


def _new_secret() -> str:
    return secrets.token_urlsafe(40)
