"""Access keys in one file that only its owner can read, or in a variable of the environment."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from stayline.domain.access_keys import AccessKey, checked_caller
from stayline.domain.key_validity import overlap_end
from stayline.errors import SettingRefused, StoreDamaged, StoreUnavailable, UnknownAccessKey

ACCESS_KEYS = "STAYLINE_ACCESS_KEYS"
LOOK_AGAIN_S = 1.0
"""How long the file is taken to be as it was when it was last looked at."""
_PREFIX = "SLAK"
_REFERENCE = "secrets.access_keys"


class _Kept(msgspec.Struct, omit_defaults=True):
    secret: str
    name: str
    valid_until: datetime | None = None
    successor: str | None = None


_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    keys: Mapping[str, AccessKey]
    stamp: _Stamp | None
    looked_at: float


class AccessKeyFile:
    """Keeps the keys as ``{id: {"secret", "name", ...}}``.

    What a reference or the variable gives, in that form, wins whole, in this order.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], referred: Callable[[], bytes | None]
    ) -> None:
        self._file = folder / "access-keys.json"
        self._environment = environment
        self._referred = referred
        self._last: _Read | None = None

    def keys(self) -> Mapping[str, AccessKey]:
        """Return the keys by id; the file is looked at once a second, read when it changed."""
        now = time.monotonic()
        last = self._last
        if last is not None and now - last.looked_at < LOOK_AGAIN_S:
            return last.keys
        referred = self._referred()
        if referred is not None:
            self._last = _Read(_given(referred, _REFERENCE), None, now)
            return self._last.keys
        given = self._environment.get(ACCESS_KEYS)
        if given is not None:
            text = given.encode("utf-8", "surrogateescape")
            self._last = _Read(_given(text, ACCESS_KEYS), None, float("inf"))
            return self._last.keys
        stamp = self._stamp()
        if last is not None and stamp == last.stamp:
            self._last = _Read(last.keys, stamp, now)
        else:
            self._last = _Read(self._read() if stamp else {}, stamp, now)
        return self._last.keys

    def create(self, name: str) -> AccessKey:
        """Make a key with 64 random bits in its id and 320 in its secret."""
        self._refuse_where_given()
        key = AccessKey(_new_id(), _new_secret(), checked_caller(name))
        with self._locked():
            self._write(dict(self._read()) | {key.key_id: key})
        return key

    def rotate(
        self, key_id: str, *, at: datetime, overlap: timedelta
    ) -> tuple[AccessKey, AccessKey]:
        """Make a key like this one, and let this one end; both or neither."""
        self._refuse_where_given()
        with self._locked():
            keys = dict(self._read())
            if key_id not in keys:
                raise UnknownAccessKey(key_id)
            old = keys[key_id]
            if old.successor is not None:
                raise SettingRefused("key", key_id, f"its successor, {old.successor}")
            new = replace(old, key_id=_new_id(), secret=_new_secret(), valid_until=None)
            end = overlap_end(old.valid_until, at=at, overlap=overlap)
            old = replace(old, valid_until=end, successor=new.key_id)
            self._write(keys | {old.key_id: old, new.key_id: new})
        return old, new

    def revoke(self, key_id: str) -> AccessKey:
        """Remove a key."""
        self._refuse_where_given()
        with self._locked():
            keys = dict(self._read())
            if key_id not in keys:
                raise UnknownAccessKey(key_id)
            gone = keys.pop(key_id)
            self._write(keys)
        return gone

    def _refuse_where_given(self) -> None:
        expected = "to be empty, since the keys it gives can only be changed where they are"
        if self._referred() is not None:
            raise SettingRefused(_REFERENCE, "set", expected)
        if ACCESS_KEYS in self._environment:
            expected = "to be unset, since the keys it gives can only be changed where it is set"
            raise SettingRefused(ACCESS_KEYS, "set", expected)

    def _stamp(self) -> _Stamp | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error
        if found.st_mode & 0o077:
            expected = "mode 0600 (run `chmod 600` on it)"
            raise SettingRefused(str(self._file), "readable by others", expected)
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> Mapping[str, AccessKey]:
        try:
            text = self._file.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error
        try:
            return _parsed(text)
        except msgspec.MsgspecError:
            problem = "access-keys.json is no list of keys. Remove it and make new keys."
            raise StoreDamaged("The secrets folder", problem) from None

    def _write(self, keys: Mapping[str, AccessKey]) -> None:
        """Write the keys whole beside the file, then put them in its place."""
        draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(8)}")
        kept = {
            key.key_id: _Kept(key.secret, key.name, key.valid_until, key.successor)
            for key in keys.values()
        }
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept), indent=2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        self._last = None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process change the file at a time; what the system refuses is told in words."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._file.with_name("access-keys.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error


def _parsed(text: bytes) -> dict[str, AccessKey]:
    kept = msgspec.json.decode(text, type=dict[str, _Kept])
    return {
        key_id: AccessKey(key_id, key.secret, key.name, key.valid_until, key.successor)
        for key_id, key in kept.items()
    }


def _given(text: bytes, setting: str) -> dict[str, AccessKey]:
    expected = 'JSON such as {"ID": {"secret": "...", "name": "payroll"}}'
    try:
        keys = _parsed(text)
    except msgspec.MsgspecError:
        raise SettingRefused(setting, "something else", expected) from None
    if not all(key.key_id and key.secret and key.name for key in keys.values()):
        raise SettingRefused(setting, "incomplete", expected)
    if any(key.valid_until and key.valid_until.tzinfo is None for key in keys.values()):
        raise SettingRefused(setting, "an end without its time zone", expected)
    return keys


def _new_id() -> str:
    return _PREFIX + secrets.token_hex(8).upper()


def _new_secret() -> str:
    return secrets.token_urlsafe(40)
