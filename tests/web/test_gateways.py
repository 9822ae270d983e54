"""Two gateways of the real command on one real database, which is restarted under load."""

from pathlib import Path

import pytest

from gateways_under_load import Plan, soak
from postgres_server import programs, running_postgres


@pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL server on this machine")
def test_nothing_answered_is_lost_while_gateways_are_killed_and_the_database_restarts(
    tmp_path: Path,
) -> None:
    plan = Plan(seconds=24, deploy_every=12, kill_every=9, restarts=1, bake=1)
    with running_postgres() as server:
        found = soak(tmp_path, server, plan)
    told = "\n".join(found.lines())
    assert found.is_good, told
    assert found.kills >= 1, told
    assert found.restarts == 1, told
    assert found.while_away > 0, told
    assert found.refused_while_away > 0, told
