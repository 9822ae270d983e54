from collections.abc import Callable

import psycopg
import pytest

from stayline.adapters.embedded.postgres_reach import Reach
from waiting import soon


class Server:
    """What is asked to connect, and says no in another way each time, then yes."""

    def __init__(self, *refusals: psycopg.Error) -> None:
        self._refusals = list(refusals)

    def connect(self) -> "Server":
        if self._refusals:
            raise self._refusals.pop(0)
        return self

    def close(self) -> None:
        """Do nothing."""


def connects(reach: Reach, server: Server) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            return reach.connect(server, None, (), {}) is server
        except psycopg.Error:
            return False

    return ask


def test_a_server_that_is_back_is_used_again_whatever_it_said_meanwhile() -> None:
    reach = Reach()
    server = Server(
        psycopg.OperationalError("it is away"),
        psycopg.InterfaceError("it ended in the middle of a word"),
        psycopg.OperationalError("it is starting up"),
    )
    with pytest.raises(psycopg.OperationalError, match="away"):
        reach.connect(server, None, (), {})
    with pytest.raises(psycopg.OperationalError, match="a moment ago"):
        reach.connect(server, None, (), {})
    assert soon(connects(reach, server))
