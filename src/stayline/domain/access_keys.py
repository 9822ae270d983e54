"""What a program signs its requests with, so that the gateway knows who asks."""

from dataclasses import dataclass, field
from datetime import datetime

from stayline.errors import SettingRefused

LONGEST_NAME = 100


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
