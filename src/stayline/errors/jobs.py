"""Errors of jobs that run on a schedule."""

from collections.abc import Iterable

from stayline.errors.root import StaylineError


class UnknownJob(StaylineError):
    """There is no job of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no job {name!r}. Jobs: {', '.join(known)}.")


class JobUnderWay(StaylineError):
    """Another process runs this job just now."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Job {name!r} is running in another process. Wait until it has ended (see `stayline "
            "jobs list`); one whose process is killed lets go at once, on AWS within a minute."
        )


class ExtractUnsettled(StaylineError):
    """An extract in the inbox was still being written, so it was left alone."""

    def __init__(self, count: int, told: str) -> None:
        super().__init__(
            f"{told} {count} still being written, left alone: a file is taken once it has not "
            "changed for a minute."
        )
