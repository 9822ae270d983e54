from dataclasses import replace
from datetime import timedelta

import pytest

from rollout_values import rollout
from stayline.domain.deployment import ABANDONED, LEASE, Phase
from stores import HOUR, NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "holds"),
    [
        (timedelta(0), True),
        (LEASE - SECOND / 10, True),
        (LEASE, False),
        (HOUR, False),
        (-SECOND / 2, True),
        (-2 * SECOND, False),
        (-HOUR, False),
    ],
)
def test_a_rollout_holds_for_its_lease_whatever_the_clock_does(age, holds):
    assert rollout(renewed_at=NOON).holds(NOON + age) is holds


def test_a_rollout_that_nobody_renews_is_rolled_back_at_the_end_of_its_lease():
    left = rollout(phase=Phase.CANARY, renewed_at=NOON)
    assert left.as_of(NOON + SECOND) == left
    assert left.as_of(NOON + HOUR) == replace(
        left, phase=Phase.ROLLED_BACK, ended_at=NOON + LEASE, outcome=ABANDONED
    )


def test_a_rollout_that_has_ended_stays_as_it_is():
    done = rollout(phase=Phase.COMPLETED, ended_at=NOON, outcome="fine")
    assert done.as_of(NOON + HOUR) == done
    assert not done.holds(NOON)


@pytest.mark.parametrize(
    ("phase", "share"), [(Phase.LOADING, 0), (Phase.CANARY, 10), (Phase.BAKING, 100)]
)
def test_a_version_answers_nobody_then_some_then_all(phase, share):
    assert rollout(phase=phase).share == share
