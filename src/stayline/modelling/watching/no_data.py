"""Why a window holds no answer that could be watched."""

from enum import StrEnum

from stayline.domain.monitoring import Intake
from stayline.modelling.watching.block_rows import CLOCK_JUMP, OTHER_VERSION

ERASED_OR_OPTED_OUT = "erased or opted out"
"""How answers are counted of people who may not be looked at any more."""


class NoData(StrEnum):
    """The cause, in words for an alarm."""

    NO_REQUESTS = "no request reached the server"
    NOT_SAMPLED = "requests were answered, but capture keeps none of them, or too few"
    NOT_CAPTURED = "requests were answered, but nothing was captured"
    UNREADABLE = "no captured line could be read"
    NOBODY_LEFT = "everyone who was asked about has been erased or has opted out since"
    OTHER_VERSIONS = "other model versions answered every request"
    OTHER_TIMES = "every captured answer names a time outside the window: a clock jumped"


def why_no_data(intake: Intake, *, requests: int | None, sampling_percent: int) -> NoData | None:
    """Return why there are no rows; None when there are some.

    ``requests`` is how many the server answered in the window, None where nobody counted. Without
    a line the sampling is blamed when it is not 100 percent, unless no request is known of.
    """
    if intake.rows:
        return None
    if not intake.lines:
        if requests == 0:
            return NoData.NO_REQUESTS
        if sampling_percent < 100:
            return NoData.NOT_SAMPLED
        return NoData.NO_REQUESTS if requests is None else NoData.NOT_CAPTURED
    if intake.faults.get(ERASED_OR_OPTED_OUT):
        return NoData.NOBODY_LEFT
    if intake.faults.get(OTHER_VERSION):
        return NoData.OTHER_VERSIONS
    return NoData.OTHER_TIMES if intake.faults.get(CLOCK_JUMP) else NoData.UNREADABLE
