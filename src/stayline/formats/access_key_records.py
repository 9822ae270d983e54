"""Access keys as JSON, ``{id: {"secret", "name", ...}}``."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from stayline.domain.access_keys import AccessKey
from stayline.errors import SettingRefused


class _Kept(msgspec.Struct, omit_defaults=True):
    secret: str
    name: str
    valid_until: datetime | None = None
    successor: str | None = None


def parse_access_keys(text: bytes) -> Mapping[str, AccessKey]:
    """Return the keys by id; raises ValueError for what is no list of keys."""
    try:
        kept = msgspec.json.decode(text, type=dict[str, _Kept])
    except msgspec.MsgspecError:
        raise ValueError("no list of access keys") from None
    return {
        key_id: AccessKey(key_id, key.secret, key.name, key.valid_until, key.successor)
        for key_id, key in kept.items()
    }


def given_access_keys(text: bytes, setting: str) -> Mapping[str, AccessKey]:
    """Return the keys that somebody wrote by hand; raises `SettingRefused`, quoting nothing."""
    expected = 'JSON such as {"ID": {"secret": "...", "name": "payroll"}}'
    try:
        keys = parse_access_keys(text)
    except ValueError:
        raise SettingRefused(setting, "something else", expected) from None
    if not all(key.key_id and key.secret and key.name for key in keys.values()):
        raise SettingRefused(setting, "incomplete", expected)
    if any(key.valid_until and key.valid_until.tzinfo is None for key in keys.values()):
        raise SettingRefused(setting, "an end without its time zone", expected)
    return keys


def access_keys_text(keys: Iterable[AccessKey]) -> bytes:
    """Return keys as they are kept."""
    kept = {key.key_id: _Kept(key.secret, key.name, key.valid_until, key.successor) for key in keys}
    return msgspec.json.format(msgspec.json.encode(kept), indent=2)
