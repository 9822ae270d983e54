from dataclasses import replace
from math import inf

from stayline.domain.serving_counts import Histogram, ServingCounts
from stores import HOUR, NOON, Backend

HELD = Histogram((50.0, 100.0, inf), (1.0, 2.0, 3.0))
COUNTS = ServingCounts("run 夜", NOON, "attrition-risk", True, 3, 1, 0, 2, HELD, Histogram(), 0.25)


def test_where_no_server_ever_ran_nothing_was_counted(backend: Backend) -> None:
    assert backend.serving().counts(NOON) is None
    assert backend.serving().last() is None


def test_kept_counts_come_back_equal_and_the_newest_alone(backend: Backend) -> None:
    backend.serving().keep(COUNTS)
    assert backend.serving().last() == COUNTS
    newer = replace(COUNTS, taken_at=NOON + HOUR, capture_lag_s=None)
    backend.serving().keep(newer)
    assert backend.serving().last() == newer
