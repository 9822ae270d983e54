"""Notes of who was erased, for gateways that still have to ship what they captured before."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import Storage
from stayline.domain.pseudonyms import EmployeeToken
from stayline.formats.captured_people import person_of, tokens_in
from stayline.formats.captured_removal import Goes

_PREFIX = "erased/"
_INSTANT = "%Y%m%dT%H%M%SZ"
_CLOCKS_APART = timedelta(minutes=1)
"""How far the clocks of two gateways may be apart."""

Erased = Mapping[str, datetime]
"""Until when lines of a person go, by the digest of the token."""


class ErasureNotes:
    """Keeps one empty object an erasure: the digest of the token, from which nobody finds it.

    One whose person came back later has lines that stay: those from after the erasure.
    """

    def __init__(self, storage: Storage) -> None:
        self._bucket = RecordBucket.of(storage, "the notes of erasures")

    def add(self, tokens: Collection[EmployeeToken], at: datetime) -> None:
        """Note that these people were erased."""
        for token in tokens:
            self._bucket.put(f"{_PREFIX}{_digest(token)}/{at.astimezone(UTC):{_INSTANT}}", b"")

    def read(self) -> Erased:
        """Return what is noted."""
        found: dict[str, datetime] = {}
        for key in self._bucket.keys(_PREFIX):  # by digest, and there by time
            digest, at = _parted(key)
            found[digest] = at + _CLOCKS_APART
        return found

    def purge(self, before: datetime) -> None:
        """Remove the notes from before an instant, and every version of them.

        What is older than they are is shipped by nobody.
        """
        keys = [key for key in self._bucket.keys(_PREFIX) if _parted(key)[1] < before]
        self._bucket.remove_all(keys)
        self._bucket.purge_former(_PREFIX)


def goes_as_erased(erased: Erased) -> Goes:
    """Return what tells the lines of people from before their erasure.

    An unreadable line that names one of them goes, too: nobody can tell from when it is.
    """

    def goes(line: bytes) -> bool:
        if not erased:
            return False
        person = person_of(line)
        if person is None:
            return any(_digest(token) in erased for token in tokens_in(line))
        if person.token is None:
            return False
        until = erased.get(_digest(person.token))
        return until is not None and person.at <= until

    return goes


def _digest(token: EmployeeToken) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _parted(key: str) -> tuple[str, datetime]:
    digest, _, at = key.removeprefix(_PREFIX).partition("/")
    return digest, datetime.strptime(at, _INSTANT).replace(tzinfo=UTC)
