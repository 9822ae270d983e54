"""Delta tables in S3, committed to by conditional writes and swept version by version."""

import os
import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from stayline.adapters.aws.bucket import Bucket
from stayline.adapters.aws.clients import ATTEMPTS, CONNECT_S, READ_S, Clients
from stayline.errors import AwsRefused, StaylineError, StoreDamaged, StoreUnavailable

OFFLINE = "offline"
"""Where the tables begin in the data bucket."""
_WHAT = "the offline feature store"
_LOG = "_delta_log/"
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

    commit = CommitProperties(max_commit_retries=0)

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._bucket = clients.resources.data_bucket
        self._files = _FactFiles(clients, self._bucket, _WHAT)

    def uri(self, group: str) -> str:
        """Return the table's address."""
        return f"s3://{self._bucket}/{OFFLINE}/{group}"

    def polars_options(self) -> dict[str, str | int]:
        """Return the address and credentials as of now, with limits."""
        return {**self._options(), "max_retries": ATTEMPTS}

    def delta_options(self) -> dict[str, str]:
        """Return the address and credentials as of now, with limits."""
        return self._options() | {
            "timeout": f"{READ_S}s",
            "connect_timeout": f"{CONNECT_S}s",
            "max_retries": str(ATTEMPTS),
            "retry_timeout": f"{READ_S * ATTEMPTS}s",
        }

    def table(self, group: str, version: int | None = None) -> DeltaTable | None:
        """Return a table as of its last commit, or of that one; None where there never was one."""
        uri, options = self.uri(group), self.delta_options()
        try:
            return DeltaTable(uri, version=version, storage_options=options)
        except TableNotFoundError:
            return None

    def sweep(self, table: DeltaTable, group: str) -> None:
        """Remove every version of every file that the table does not have.

        First a commit that changes nothing: whoever has put a file and not committed it yet is
        refused from there on, so none of the files that were listed before can become the table's.
        """
        kept = {urlsplit(uri).path.lstrip("/") for uri in table.file_uris()}
        prefix = f"{OFFLINE}/{group}/"
        listed = [
            version
            for version in self._files.versions(prefix)
            if version["Key"] not in kept and not version["Key"].startswith(prefix + _LOG)
        ]
        if listed:
            table.create_write_transaction(
                [], mode="append", schema=table.schema(), commit_properties=self.commit
            )
            self._files.remove_versions(listed)

    def told(self, group: str, error: Exception) -> StaylineError:
        """Return an error of the libraries in our words; theirs hold addresses, but no keys."""
        store = f"Feature group {group!r}"
        text = str(error)
        reason = text.splitlines()[0] if text else type(error).__name__
        if found := _REFUSED.search(text):
            return AwsRefused(store, f"S3 says {found.group()!r}")
        if isinstance(error, CommitFailedError):
            return StoreUnavailable(store, "somebody else wrote there at the same moment.")
        if isinstance(error, FileNotFoundError) or _MISSING.search(text):
            return StoreDamaged(store, "a file that its log names is missing.")
        if isinstance(error, OSError) or _PASSING.search(text):
            return StoreUnavailable(store, "S3 does not answer as it should.")
        return StoreDamaged(store, f"{reason}.")

    def _options(self) -> dict[str, str]:
        credentials = self._clients.session.get_credentials()
        if credentials is None:
            raise AwsRefused(_WHAT, "there are no AWS credentials")
        frozen = credentials.get_frozen_credentials()
        options = {
            "aws_access_key_id": frozen.access_key,
            "aws_secret_access_key": frozen.secret_key,
            "aws_region": self._clients.resources.region,
        }
        if frozen.token:
            options["aws_session_token"] = frozen.token
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint:
            options["aws_endpoint_url"] = endpoint
            options["aws_allow_http"] = str(_is_plain_and_here(endpoint)).lower()
        return options


class _FactFiles(Bucket):
    """A bucket of which single versions are listed and removed."""

    def versions(self, prefix: str) -> Iterator[dict[str, str]]:
        """Yield every version, and every mark of a removal, of the objects whose keys begin so."""
        return self._versions(prefix)

    def remove_versions(self, listed: list[dict[str, str]]) -> int:
        """Remove these versions for good; return how many there were."""
        return self._removed(listed)


def _is_plain_and_here(endpoint: str) -> bool:
    """Whether an address is plain http on this very machine; anywhere else it must be https."""
    parts = urlsplit(endpoint)
    try:
        is_here = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = parts.hostname == "localhost"
    return parts.scheme == "http" and is_here
