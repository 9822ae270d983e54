"""Access keys in one file that only its owner can read, or in a variable of the environment."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from stayline.domain.access_keys import (
    AccessKey,
    known_access_key,
    new_access_key,
    replaced_access_key,
)
from stayline.errors import SettingRefused, StoreDamaged, StoreUnavailable
from stayline.formats.access_key_records import (
    access_keys_text,
    given_access_keys,
    parse_access_keys,
)

ACCESS_KEYS = "STAYLINE_ACCESS_KEYS"
LOOK_AGAIN_S = 1.0
"""How long the file is taken to be as it was when it was last looked at."""
_REFERENCE = "secrets.access_keys"


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
            self._last = _Read(given_access_keys(referred, _REFERENCE), None, now)
            return self._last.keys
        given = self._environment.get(ACCESS_KEYS)
        if given is not None:
            text = given.encode("utf-8", "surrogateescape")
            self._last = _Read(given_access_keys(text, ACCESS_KEYS), None, float("inf"))
            return self._last.keys
        stamp = self._stamp()
        if last is not None and stamp == last.stamp:
            self._last = _Read(last.keys, stamp, now)
        else:
            self._last = _Read(self._read() if stamp else {}, stamp, now)
        return self._last.keys

    def create(self, name: str) -> AccessKey:
        """Make a key for a calling program."""
        self._refuse_where_given()
        key = new_access_key(name)
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
            old, new = replaced_access_key(keys, key_id, at=at, overlap=overlap)
            self._write(keys | {old.key_id: old, new.key_id: new})
        return old, new

    def revoke(self, key_id: str) -> AccessKey:
        """Remove a key."""
        self._refuse_where_given()
        with self._locked():
            keys = dict(self._read())
            gone = known_access_key(keys, key_id)
            del keys[key_id]
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
            return parse_access_keys(text)
        except ValueError:
            problem = "access-keys.json is no list of keys. Remove it and make new keys."
            raise StoreDamaged("The secrets folder", problem) from None

    def _write(self, keys: Mapping[str, AccessKey]) -> None:
        """Write the keys whole beside the file, then put them in its place."""
        draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(access_keys_text(keys.values()))
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
