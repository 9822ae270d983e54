"""Errors of batch work on a cluster."""

from stayline.errors.root import StaylineError


class ClusterUnavailable(StaylineError):
    """A cluster that cannot be reached, has no workers, or was lost."""

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(
            f"The cluster at {address} cannot be used: {problem}. Start a scheduler with `dask "
            f"scheduler` and workers with `dask worker {address}`, or work on this machine alone "
            "with `--engine local`. What is done so far is kept."
        )


class ClusterMismatch(StaylineError):
    """Workers that lack Stayline, or have other versions than the process that asks."""

    def __init__(self, worker: str, found: str, expected: str) -> None:
        super().__init__(
            f"The worker at {worker} has {found}, but results would only be the same with "
            f"{expected}. Install that there (`pip install 'stayline[dask]'`), or start the worker "
            "from the same image, and try again."
        )


class ClusterWorkFailed(StaylineError):
    """A part of a batch that a cluster could not do."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(
            f"The cluster could not do {what!r}: {problem}. The log of its workers says more; give "
            "them more memory if they were killed, and try again. What is done so far is kept."
        )
