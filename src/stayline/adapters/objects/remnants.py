"""The former versions of objects, which hold copies of records that were removed."""

from collections.abc import Sequence

from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import Storage
from stayline.ports.remnants import Remnants

_PERSONAL = ("capture/", "offline/", "reports/")


class StorageRemnants:
    """Removes every version but the one that stands of what holds records of people.

    ``others`` do so with what is kept elsewhere, and go first.
    """

    def __init__(self, storage: Storage, others: Sequence[Remnants] = ()) -> None:
        self._bucket = RecordBucket.of(storage, "the store of former versions")
        self._others = others

    def overwrite(self) -> None:
        """Leave no copies; killed halfway, the next one goes on."""
        for one in self._others:
            one.overwrite()
        for prefix in _PERSONAL:
            self._bucket.purge_former(prefix)
