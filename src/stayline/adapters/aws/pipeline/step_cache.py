"""Whether SageMaker may use steps again, told when a pipeline is published."""

from collections.abc import Mapping
from datetime import datetime

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.pipeline.files import KEPT_FOR
from stayline.adapters.aws.table import Item, Table

_KEY = ("pipeline-rows", "removed")
_WHAT = "the pipeline's records"


class StepCache:
    """Keeps when outputs were removed last that SageMaker's cache may still name.

    It does not know that they are gone: a step that it used again would hand nothing on. So for as
    long as it could, every step of a new execution runs.
    """

    CALLS = frozenset({"dynamodb.get_item", "dynamodb.put_item"})

    def __init__(self, clients: Clients) -> None:
        self._removed = Table(clients, clients.resources.state_table, datetime, _WHAT)

    def note_removal(self, at: datetime) -> None:
        """Note that outputs go; to be called before they do."""
        self._removed.put(Item(*_KEY, at))

    def allowed(self, definition: Mapping[str, object], *, at: datetime) -> Mapping[str, object]:
        """Return the definition, without its ``CacheConfig`` while outputs may be missing."""
        removed_at = self._removed.get(*_KEY)
        if removed_at is None or at >= removed_at + KEPT_FOR:
            return definition
        return {name: _uncached(part) for name, part in definition.items()}


def _uncached(part: object) -> object:
    if isinstance(part, Mapping):
        return {name: _uncached(one) for name, one in part.items() if name != "CacheConfig"}
    return [_uncached(one) for one in part] if isinstance(part, list) else part
