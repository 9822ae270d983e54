"""Batch work in this very process."""

from collections.abc import Callable, Iterable, Iterator

from stayline.ports.cluster import Part, Result, Shared


class InProcessCluster:
    """Does one part after another, each when its result is asked for."""

    def results(
        self,
        function: Callable[[Part, Shared], Result],
        parts: Iterable[Part],
        shared: Shared,
    ) -> Iterator[Result]:
        """Yield what ``function`` returns of each part."""
        return (function(part, shared) for part in parts)
