"""The former versions of objects in S3, which hold copies of records that were removed."""

from collections.abc import Sequence

from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.record_bucket import RecordBucket

PERSONAL = ("answers/", "capture/", "extracts/", "offline/", "outcomes/", "reports/")
"""What holds records of people. Of all else (models, audit checkpoints) versions are evidence."""


class S3Remnants:
    """Removes every version but the one that stands, under what holds records of people.

    What DynamoDB removes is gone from its tables at once, and from the copies of its point-in-time
    recovery, which nobody can write to, when they end: after 35 days at most.
    """

    CALLS = frozenset({"s3.delete_objects", "s3.list_object_versions"})

    def __init__(self, clients: Clients, prefixes: Sequence[str] = PERSONAL) -> None:
        names, what = clients.resources, "the store of former versions"
        data = RecordBucket(clients, names.data_bucket, what)
        protected = RecordBucket(clients, names.protected_bucket, what)
        self._places = [*((data, prefix) for prefix in prefixes), (protected, "")]

    def overwrite(self) -> None:
        """Leave no copies; killed halfway, the next one goes on."""
        for bucket, prefix in self._places:
            bucket.purge_former(prefix)
