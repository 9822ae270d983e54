"""Scores that somebody waits for are kept without waiting for anybody."""

import time
from datetime import UTC, datetime

from stayline.adapters.embedded.database import open_database, writing
from stayline.adapters.embedded.score_board import SqliteScoreBoard
from stayline.domain.alert_policy import Band
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.score_board import BoardEntry
from stores import ANA

ENTRY = BoardEntry(ANA, 0.2, Band.LOW, (), ModelIdentity(1, "d"), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_score_is_let_go_rather_than_waited_for_while_another_writes(tmp_path):
    board = SqliteScoreBoard(open_database(tmp_path / "state.db", "state"))
    other = open_database(tmp_path / "state.db", "state")
    with writing(other):
        began = time.monotonic()
        assert not board.put([ENTRY])
        assert time.monotonic() - began < 2
    assert board.find(ANA) is None
    assert board.put([ENTRY])
    assert board.find(ANA) == ENTRY
