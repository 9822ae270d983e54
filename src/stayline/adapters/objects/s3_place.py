"""Delta tables in S3, committed to by conditional writes and swept version by version."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stayline.adapters.objects.bucket import Bucket
from stayline.adapters.objects.storage import Storage, may_be_asked, s3_endpoint
from stayline.errors import StaylineError, StoreDamaged, StoreUnavailable

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

OFFLINE = "offline"
"""Where the tables begin in the data bucket."""
_WHAT = "the offline feature store"
_LOG = "_delta_log/"
_ANY_REGION = "us-east-1"  # a server that is not AWS's takes any, and this one unless told
_COMMIT = re.compile(r"[0-9]{20}\.")
_REFUSED = re.compile(
    r"AccessDenied|ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch|NoSuchBucket"
    r"|403 Forbidden|401 Unauthorized|scheme is not allowed"
)
_MISSING = re.compile(r"NoSuchKey|404 Not Found|not found")
_PASSING = re.compile(r"Generic S3 error|HTTP error|error sending|timed? ?out")


class S3Place:
    """One prefix a table.

    Whoever commits on an older version than the last is refused (``max_commit_retries=0``), and S3
    lets one of two writers have a version: a conditional put, no lock. So whatever was decided by
    looking at the table holds when it is committed.
    """

    def __init__(self, storage: Storage) -> None:
        self._clients = storage.clients
        self._root = f"s3://{storage.bucket}/{storage.prefix}{OFFLINE}"
        self._files = _FactFiles.of(storage, _WHAT)

    @cached_property
    def commit(self) -> "CommitProperties":
        """Let a commit fail when somebody else's came first."""
        from deltalake import CommitProperties

        return CommitProperties(max_commit_retries=0)

    def uri(self, group: str) -> str:
        """Return the table's address."""
        return f"{self._root}/{group}"

    def polars_options(self) -> dict[str, str | int]:
        """Return the address and credentials as of now, with limits."""
        limits = self._clients.limits
        retries = {
            "max_retries": limits.attempts,
            "retry_timeout_ms": int(1000 * limits.read_s * limits.attempts),
        }
        return {**self._options(), **self._patience(), **retries}

    def delta_options(self) -> dict[str, str]:
        """Return the address and credentials as of now, with limits."""
        limits = self._clients.limits
        retries = {
            "max_retries": str(limits.attempts),
            "retry_timeout": f"{limits.read_s * limits.attempts}s",
        }
        return {**self._options(), **self._patience(), **retries}

    def table(self, group: str, version: int | None = None) -> "DeltaTable | None":
        """Return a table as of its last commit, or of that one; None where there never was one."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        uri, options = self.uri(group), self.delta_options()
        try:
            return DeltaTable(uri, version=version, storage_options=options)
        except TableNotFoundError:
            return None

    def has_newer(self, group: str, than: int) -> bool:
        """Whether the log has a commit after this one; one page of names tells."""
        log = f"{OFFLINE}/{group}/{_LOG}"
        after = f"{log}{than:020}.json" if than >= 0 else ""
        keys = self._files.keys(log, after=after)
        return any(_COMMIT.match(key.removeprefix(log)) for key in keys)

    def sweep(self, table: "DeltaTable", group: str) -> None:
        """Remove every version of every file that the table does not have.

        First a commit that changes nothing: whoever has put a file and not committed it yet is
        refused from there on, so none of the files that were listed before can become the table's.
        """
        kept = {urlsplit(uri).path.lstrip("/") for uri in table.file_uris()}
        log = urlsplit(f"{self.uri(group)}/{_LOG}").path.lstrip("/")
        listed = [
            version
            for version in self._files.versions(f"{OFFLINE}/{group}/")
            if version["Key"] not in kept and not version["Key"].startswith(log)
        ]
        if listed:
            table.create_write_transaction(
                [], mode="append", schema=table.schema(), commit_properties=self.commit
            )
            self._files.remove_versions(listed)

    def told(self, group: str, error: Exception) -> StaylineError:
        """Return an error of the libraries in our words; theirs hold addresses, but no keys."""
        from deltalake.exceptions import CommitFailedError

        store = f"Feature group {group!r}"
        text = str(error)
        reason = text.splitlines()[0] if text else type(error).__name__
        if found := _REFUSED.search(text):
            return self._clients.refused(store, f"S3 says {found.group()!r}")
        if isinstance(error, CommitFailedError):
            return StoreUnavailable(store, "somebody else wrote there at the same moment.")
        if isinstance(error, FileNotFoundError) or _MISSING.search(text):
            return StoreDamaged(store, "a file that its log names is missing.")
        if isinstance(error, OSError) or _PASSING.search(text):
            return StoreUnavailable(store, f"{self._clients.name} does not answer as it should.")
        return StoreDamaged(store, f"{reason}.")

    def _patience(self) -> dict[str, str]:
        limits = self._clients.limits
        return {"timeout": f"{limits.read_s}s", "connect_timeout": f"{limits.connect_s}s"}

    def _options(self) -> dict[str, str]:
        credentials = self._clients.session.get_credentials()
        if credentials is None:
            raise self._clients.refused(_WHAT, "there are no AWS credentials")
        frozen = credentials.get_frozen_credentials()
        options = {
            "aws_access_key_id": frozen.access_key,
            "aws_secret_access_key": frozen.secret_key,
            "aws_region": self._clients.session.region_name or _ANY_REGION,
        }
        if frozen.token:
            options["aws_session_token"] = frozen.token
        _, endpoint = s3_endpoint()
        if endpoint:
            options["aws_endpoint_url"] = endpoint
            options["aws_allow_http"] = str(
                endpoint.startswith("http:") and may_be_asked(endpoint)
            ).lower()
        return options


class _FactFiles(Bucket):
    """A bucket of which single versions are listed and removed."""

    def versions(self, prefix: str) -> Iterator[dict[str, str]]:
        """Yield every version, and every mark of a removal, of the objects whose keys begin so."""
        return self._versions(prefix)

    def remove_versions(self, listed: list[dict[str, str]]) -> int:
        """Remove these versions for good; return how many there were."""
        return self._removed(listed)
