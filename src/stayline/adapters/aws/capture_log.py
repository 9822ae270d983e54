"""Captured requests and answers in S3, where a SageMaker endpoint's data capture puts them, too."""

import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.captured_files import GATEWAY
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.stored_captures import StoredCaptures
from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_batches import lines_by_hour
from stayline.formats.capture_records import ContentRules

PREFIX = "capture/"
_VARIANT = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,62}")


class S3CaptureLog(StoredCaptures):
    """Keeps ``capture/ENDPOINT/VARIANT/yyyy/mm/dd/hh/NAME.jsonl``, one object a batch.

    A PUT for each batch, hour and variant, before `append` returns: what S3 has taken, it keeps.
    What reading all of them costs, to erase somebody for instance, docs/aws-files.md tells.
    """

    CALLS = frozenset(
        {
            "s3.delete_object",
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(
        self,
        clients: Clients,
        *,
        sampling_percent: int = 100,
        csv_content_types: frozenset[str] = ContentRules().csv,
        json_content_types: frozenset[str] = ContentRules().json,
    ) -> None:
        bucket = RecordBucket.of(clients.data, "the capture log")
        super().__init__(bucket, f"{PREFIX}{clients.resources.endpoint}/")
        self._percent = sampling_percent
        self._rules = ContentRules(csv_content_types, json_content_types)
        self._numbers = count(1)

    def append(self, records: Sequence[CaptureRecord]) -> None:
        """Put the lines in S3; what was put before a failure stays, and nothing is answered."""
        by_variant = defaultdict[str, list[CaptureRecord]](list)
        for record in records:
            by_variant[_variant_of(record)].append(record)
        for variant, theirs in by_variant.items():
            for hour, lines in lines_by_hour(theirs, self._rules, self._percent).items():
                name = self._new_name(theirs[0].inferred_at)
                # Nobody else has this name: what stands there is this batch, put a moment ago.
                self._bucket.put_new(f"{self._folder}{variant}/{hour}/{name}", b"".join(lines))

    def lag_s(self) -> float:
        """Return 0.0: what was appended is in S3."""
        return 0.0

    def flush(self) -> None:
        """Wait for nothing: what was appended is in S3."""

    def close(self) -> None:
        """End; nothing is open."""

    def _new_name(self, at: datetime) -> str:
        return (
            f"{at.astimezone(UTC):%M-%S-%f}-{next(self._numbers):08d}-{secrets.token_hex(8)}.jsonl"
        )


def _variant_of(record: CaptureRecord) -> str:
    variant = record.variant or ""
    return variant if _VARIANT.fullmatch(variant) else GATEWAY
