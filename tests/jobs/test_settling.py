from dataclasses import replace

import pytest

from rollout_values import rollout
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import LEASE
from stayline.errors import StoreUnavailable
from stayline.jobs.settling import Settled, settle
from stayline.settings import Settings
from stores import SetClock


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def ports(tmp_path, clock):
    return build(Settings(home=tmp_path / "home"), clock=clock)


class Unreachable:
    """A runner whose platform does not answer."""

    def take_up(self):
        raise StoreUnavailable("the pipeline's records", "AWS answered ThrottlingException.")


def test_where_nothing_was_cut_short_nothing_is_done(ports):
    assert settle(ports) == Settled()


def test_what_is_in_the_way_of_one_part_is_told_and_keeps_no_other_from_being_finished(
    ports, clock
):
    ports.deployments.begin(rollout(from_version=None))
    clock.instant += LEASE
    settled = settle(replace(ports, runner=Unreachable()))
    assert settled.done == ("The deployment of version 2 was cut short.",)
    (problem,) = settled.problems
    assert "ThrottlingException" in problem
    kinds = [event.kind for event in ports.audit.events()]
    assert kinds == [AuditEventKind.DEPLOYMENT_ROLLED_BACK]
    assert settle(ports) == Settled()
