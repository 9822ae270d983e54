"""The token key that stands, found by its fingerprint among all that are at hand."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from stayline.adapters.embedded.key_files import Stamp, create_key, stamp
from stayline.adapters.embedded.secret_values import SecretValues
from stayline.domain.pseudonyms import key_fingerprint
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import (
    RotationRefused,
    SettingRefused,
    StaylineError,
    StoreDamaged,
    StoreUnavailable,
)
from stayline.formats.token_key_text import key_of, new_key_text
from stayline.ports.token_key_book import TokenKeyBook

TOKEN_KEY = "STAYLINE_TOKEN_KEY"  # noqa: S105  (the name of a variable, not its value)
_FIRST, _LATER = "token-key", "token-key-"


class TokenKeyRing:
    """Knows the first key, by reference, variable or file, the one to come, and all since.

    Which of them stands the book says; it is asked each time, and that is what makes every process
    change keys in the same instant. A key once found is kept, since its fingerprint names it.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        policy: Callable[[], SecretsPolicy],
        values: SecretValues,
        book: TokenKeyBook | None,
    ) -> None:
        self._folder = folder
        self._first_file = folder / _FIRST
        self._environment = environment
        self._read_policy = policy
        self._policy = policy()
        self._values = values
        self._book = book
        self._known: dict[str, bytes] = {}
        self._first: tuple[bytes, Stamp | None] | None = None

    def current(self) -> bytes:
        """Return the key that stands; the first call in a new home makes one."""
        fingerprint = None if self._book is None else self._book.current()
        if fingerprint is None:
            return self._first_key(may_make=True)
        return self.needed(fingerprint)

    def needed(self, fingerprint: str) -> bytes:
        """Return a key by its fingerprint; raises `StoreDamaged` when it is not at hand."""
        key = self.find(fingerprint)
        if key is None:
            problem = (
                f"the one with fingerprint {fingerprint} is nowhere. Restore it from a backup, or "
                "from where [secrets] in governance.toml or STAYLINE_TOKEN_KEY had it."
            )
            raise StoreDamaged("The token key", problem)
        return key

    def is_there(self) -> bool:
        """Return whether the key that stands is at hand; makes none."""
        try:
            fingerprint = None if self._book is None else self._book.current()
        except (StoreDamaged, StoreUnavailable):  # told as what it is: of the book, not of the key
            return next(self._all(), None) is not None
        if fingerprint is not None:
            return self.find(fingerprint) is not None
        if self._policy.token_key:
            return True
        return TOKEN_KEY in self._environment or self._first_file.exists()

    def find(self, fingerprint: str) -> bytes | None:
        """Return a key by its fingerprint, None when it is not at hand."""
        known = self._known.get(fingerprint) or self._looked_for(fingerprint)
        if known is None:  # a rotation may have begun with a reference that is new
            self._policy = self._read_policy()
            known = self._looked_for(fingerprint)
        return known

    def _looked_for(self, fingerprint: str) -> bytes | None:
        for key, _ in self._all():
            if key_fingerprint(key) == fingerprint:
                self._known[fingerprint] = key
                return key
        return None

    def place(self, fingerprint: str) -> str | None:
        """Return where a key is, None when it is not at hand."""
        places = (where for key, where in self._all() if key_fingerprint(key) == fingerprint)
        return next(places, None)

    def next(self) -> bytes:
        """Return the key to change to: the one referred to, or one made in the folder.

        One that was made for a rotation which then never began is taken up.
        """
        known = set() if self._book is None else {key.fingerprint for key in self._book.history()}
        reference = self._policy.token_key_next
        if reference.startswith("env:"):
            because = "the next token key is in a variable, which no running server could see"
            raise RotationRefused(because, "Refer to a file or to AWS Secrets Manager.")
        if reference:
            return self._referred("token_key_next", reference)
        for key, where in self._later():
            if where.endswith(key_fingerprint(key)) and key_fingerprint(key) not in known:
                return key
        text = new_key_text()
        key = key_of(text, _LATER)
        create_key(self._folder / f"{_LATER}{key_fingerprint(key)}", text)
        return key

    def remove(self, fingerprint: str) -> str | None:
        """Remove a key that is in the folder; return where it is when it is elsewhere."""
        where = self.place(fingerprint)
        self._known.pop(fingerprint, None)
        own = f"file:{self._folder}{os.sep}"
        if where is None or not where.startswith(own):
            return where
        path = Path(where.removeprefix("file:"))
        with path.open("r+b") as file:  # overwritten, so that the disk keeps nothing to find
            file.write(b"-" * path.stat().st_size)
            os.fsync(file.fileno())
        path.unlink()
        return None

    def _all(self) -> Iterator[tuple[bytes, str]]:
        """Yield every key at hand and where; a place that fails does not hide the others."""
        for reading in (self._given_first, self._referred_next, self._later):
            try:
                yield from reading()
            except StaylineError:
                continue

    def _given_first(self) -> Iterator[tuple[bytes, str]]:
        if self.is_given():
            where = self._policy.token_key or f"env:{TOKEN_KEY}"
            yield self._first_key(may_make=False), where
        path = self._first_file
        if path.exists():
            yield key_of(path.read_bytes(), str(path)), f"file:{path}"

    def is_given(self) -> bool:
        """Whether the first key comes from outside the folder."""
        return bool(self._policy.token_key) or TOKEN_KEY in self._environment

    def _referred_next(self) -> Iterator[tuple[bytes, str]]:
        if self._policy.token_key_next:
            reference = self._policy.token_key_next
            yield self._referred("token_key_next", reference), reference

    def _later(self) -> Iterator[tuple[bytes, str]]:
        for path in sorted(self._folder.glob(f"{_LATER}*")):
            if path.suffix == "" and stamp(path):
                yield key_of(path.read_bytes(), str(path)), f"file:{path}"

    def _first_key(self, *, may_make: bool) -> bytes:
        if self._policy.token_key:
            if self._first is None:  # read once: only a rotation may change a token key
                self._first = self._referred("token_key", self._policy.token_key), None
            return self._first[0]
        given = self._environment.get(TOKEN_KEY)
        if given is not None:
            return key_of(given.encode("utf-8", "surrogateescape"), f"variable {TOKEN_KEY}")
        path = self._first_file
        now = stamp(path)
        if self._first is not None and now in (None, self._first[1]):
            return self._first[0]
        if now is None and may_make:
            create_key(path, new_key_text())
            now = stamp(path)
        if now is None:
            raise SettingRefused(str(path), "missing", "the token key")
        self._first = key_of(path.read_bytes(), str(path)), now
        return self._first[0]

    def _referred(self, name: str, reference: str) -> bytes:
        return key_of(self._values.read(f"secrets.{name}", reference), reference)
