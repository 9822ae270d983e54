"""Why a step of an embedded pipeline failed, and whether trying again may help."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

RUN_AGAIN = "then run the pipeline again; steps that have finished are not repeated."
SERVICE_FAULT = "Step.SERVICE_FAULT"
JOB_INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"


class StepFault(Exception):
    """A step cannot succeed: what happened, and what to do next.

    ``remedy`` may name ``{execution}`` and ``{step}``, which are known further up.
    ``exception_type`` is the kind of failure that a retry policy may name; None for the program's
    own failures, which SageMaker doesn't repeat either.
    """

    def __init__(self, cause: str, remedy: str, exception_type: str | None = None) -> None:
        self.cause = cause
        self.remedy = remedy
        self.exception_type = exception_type
        super().__init__(f"{cause} {remedy}")


def disk_full() -> StepFault:
    """Return the fault of a program that failed on a full disk without a word."""
    told = f"{os.strerror(errno.ENOSPC)} ({errno.errorcode[errno.ENOSPC]})"
    return StepFault(f"the disk is full: {told}.", f"Free some space, {RUN_AGAIN}", SERVICE_FAULT)


@contextmanager
def system_faults(doing: str) -> Iterator[None]:
    """Turn what the system refuses, such as space on a full disk, into a fault with its code."""
    try:
        yield
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "no code")
        raise StepFault(
            f"{doing} was not possible: {error.strerror or error} ({code}).",
            f"Check free disk space, memory and permissions, {RUN_AGAIN}",
            SERVICE_FAULT,
        ) from error
