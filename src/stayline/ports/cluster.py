"""Where batch work on very many people is done: in this process, or by the workers of a cluster."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Shared = TypeVar("Shared")
Result = TypeVar("Result")


class Cluster(Protocol):
    """Runs one function on each part of a batch."""

    def results(
        self,
        function: Callable[[Part, Shared], Result],
        parts: Iterable[Part],
        shared: Shared,
    ) -> Iterator[Result]:
        """Yield what ``function`` returns of each part, in the order of the parts.

        ``function`` is one of a module of Stayline. A part says what to work on (a range of tokens,
        a file), and the function reads it; ``shared`` is what all parts have in common (where to
        read, a model) and reaches each worker once. Both are values that can be pickled. A part
        whose worker is lost is done again, so a second run of the function must do no harm.

        Parts are asked for, and results are waiting, a few at a time. What the function refuses is
        raised here as it was there; other faults of it are `ClusterWorkFailed`, told without what
        they may quote. Raises `ClusterUnavailable` when the cluster or its last worker is lost.
        """
        ...
