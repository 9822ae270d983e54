"""A Dask cluster: its scheduler spreads the parts, retries them, and makes up for lost workers."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from distributed import Client, Future
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from stayline.adapters.dask.work import Sealed, done, itself
from stayline.adapters.dask.workers import check_workers
from stayline.errors import ClusterUnavailable, ClusterWorkFailed
from stayline.ports.cluster import Part, Result, Shared

CONNECT_S = 10.0
"""How long a scheduler is tried."""
PATIENCE_S = 60.0
"""How long a part may be waited for while there is no worker."""
AHEAD = 2
"""Parts a thread of a worker has ahead of it, so that none waits for this process."""
RETRIES = 2
"""How often Dask tries a part again that failed by itself."""


class DaskCluster:
    """The workers of one scheduler; ``client`` is Dask's own, for what has a form of Dask's own."""

    def __init__(self, client: Client, address: str, *, patience_s: float) -> None:
        self.client = client
        self._address = address
        self._patience_s = patience_s

    def results(
        self,
        function: Callable[[Part, Shared], Result],
        parts: Iterable[Part],
        shared: Shared,
    ) -> Iterator[Result]:
        """Yield what ``function`` returns of each part."""
        batch = f"{function.__name__}-{uuid4().hex}"
        given = self.client.submit(itself, Sealed(shared), key=f"shared-{batch}")
        waiting: deque[Future[Any]] = deque()
        for number, part in enumerate(parts):
            key, sealed = f"{batch}-{number}", Sealed(part)
            waiting.append(
                self.client.submit(done, function, sealed, given, key=key, retries=RETRIES)
            )
            if len(waiting) >= self._at_once():
                yield self._result(waiting.popleft(), function.__name__)
        while waiting:
            yield self._result(waiting.popleft(), function.__name__)

    def _at_once(self) -> int:
        threads: int = sum(self.client.nthreads().values())
        return AHEAD * max(1, threads)

    def _result(self, future: Future[Any], what: str) -> Any:
        """Wait for one result, as long as there is somebody who may give it."""
        while True:
            try:
                error = future.exception(timeout=self._patience_s)
                if error is None:
                    return future.result(timeout=self._patience_s)
                raise error
            except TimeoutError:  # of the wait: one of the work is told as `ClusterWorkFailed`
                if not self.client.nthreads():
                    problem = "it has had no worker for a while"
                    raise ClusterUnavailable(self._address, problem) from None
            except KilledWorker:
                told = "each worker that began a part was lost, as one out of memory is"
                raise ClusterWorkFailed(what, told) from None
            except (FutureCancelledError, OSError) as error:
                problem = f"it was lost on the way ({type(error).__name__})"
                raise ClusterUnavailable(self._address, problem) from None


@contextmanager
def connected(
    address: str, *, connect_s: float = CONNECT_S, patience_s: float = PATIENCE_S
) -> Iterator[DaskCluster]:
    """Give the cluster of a scheduler, ``tcp://host:8786``, whose workers fit this process.

    Raises `ClusterUnavailable` when the scheduler does not answer or has no worker, and
    `ClusterMismatch` when a worker lacks Stayline or has another version of something that counts.
    """
    try:
        client = Client(address, timeout=connect_s)
    except (OSError, ValueError) as error:
        problem = f"its scheduler does not answer ({type(error).__name__})"
        raise ClusterUnavailable(address, problem) from None
    with client:
        check_workers(client, address)
        yield DaskCluster(client, address, patience_s=patience_s)
