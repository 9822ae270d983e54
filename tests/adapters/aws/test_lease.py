"""A lease is one process's at a time, for as long as it is renewed, and no longer."""

import os
import signal
import subprocess
import sys
import time

import pytest

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.lease import Leases
from stayline.adapters.aws.resources import Resources
from stayline.errors import ScoringUnderWay

SHORT_S = 2.0
HOLDER = """
import sys, time
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.lease import Leases
from stayline.adapters.aws.resources import Resources
from stayline.errors import ScoringUnderWay

leases = Leases(Clients(Resources(*sys.argv[1:])), "the leases", lease_s=2.0)
with leases.held("scoring", ScoringUnderWay()):
    print("held", flush=True)
    time.sleep(60)
"""


def leases_of(stack: Resources) -> Leases:
    return Leases(Clients(stack), "the leases", lease_s=SHORT_S)


def taken(leases: Leases) -> bool:
    try:
        with leases.held("scoring", ScoringUnderWay()):
            return True
    except ScoringUnderWay:
        return False


def test_a_lease_is_renewed_for_as_long_as_the_block_runs(stack: Resources) -> None:
    with leases_of(stack).held("scoring", ScoringUnderWay()):
        time.sleep(2 * SHORT_S)
        assert leases_of(stack).is_held("scoring")
        assert not taken(leases_of(stack))
    assert not leases_of(stack).is_held("scoring")
    assert taken(leases_of(stack))


def test_a_killed_process_holds_its_lease_until_it_has_run_out(stack: Resources) -> None:
    named = [stack.stack, stack.account, stack.region]
    with subprocess.Popen([sys.executable, "-c", HOLDER, *named], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    leases = leases_of(stack)
    assert not taken(leases)
    began = time.monotonic()
    while not taken(leases):
        assert time.monotonic() - began < 4 * SHORT_S
        time.sleep(0.2)


def test_who_lost_a_lease_leaves_the_next_holders_alone(
    stack: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = leases_of(stack)
    with first.held("scoring", ScoringUnderWay()):
        key = {"pk": {"S": "lease#scoring"}, "sk": {"S": " "}}
        Clients(stack).of("dynamodb").delete_item(TableName=stack.state_table, Key=key)
        with leases_of(stack).held("scoring", ScoringUnderWay()):
            time.sleep(SHORT_S)
            assert not taken(leases_of(stack))
