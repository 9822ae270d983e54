"""Whether the services that an answer needs can be used just now."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.errors import StaylineError

_PATIENCE_S = 1
_NOBODY = "nobody"


class AwsStoresCheck:
    """Reads what is not there from each service, all at once: less than a dollar a million.

    Reading needs the same credentials, key and network as writing; whether writing is permitted is
    known by the first write. One attempt each, so an answer is there within two seconds or so.
    """

    CALLS = frozenset(
        {"dynamodb.get_item", "s3.head_bucket", "sagemaker-featurestore-runtime.get_record"}
    )

    def __init__(self, clients: Clients) -> None:
        self._names = clients.resources
        self._session = clients.session
        self._made: dict[str, Any] = {}

    def problems(self) -> Mapping[str, str | None]:
        """Return for each store why it cannot be read now; None where it can."""
        names = self._names
        key = {"pk": {"S": _NOBODY}, "sk": {"S": _NOBODY}}
        dynamodb, s3 = self._client("dynamodb"), self._client("s3")
        features = self._client("sagemaker-featurestore-runtime")
        tries: Mapping[str, Callable[[], object]] = {
            "state store": lambda: dynamodb.get_item(TableName=names.state_table, Key=key),
            "feature store": lambda: features.get_record(
                FeatureGroupName=names.feature_group, RecordIdentifierValueAsString=_NOBODY
            ),
            "capture log": lambda: s3.head_bucket(Bucket=names.data_bucket),
        }
        with ThreadPoolExecutor(len(tries)) as pool:
            told = pool.map(_problem, tries, tries.values())
            return dict(zip(tries, told, strict=True))

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        if service not in self._made:
            limits = Config(
                connect_timeout=_PATIENCE_S,
                read_timeout=_PATIENCE_S,
                retries={"mode": "standard", "total_max_attempts": 1},
            )
            self._made[service] = self._session.client(service, config=limits)
        return self._made[service]


def _problem(store: str, tried: Callable[[], object]) -> str | None:
    try:
        with our_errors(f"the {store}"):
            tried()
    except StaylineError as problem:
        return str(problem)
    return None
