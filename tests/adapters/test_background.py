import logging
import threading

import pytest

from stayline.adapters.embedded.background import Background
from waiting import soon


def test_work_that_raises_is_called_again_and_told_by_its_kind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[int] = []
    ended = threading.Event()

    def work() -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise OSError(5, "somebody's file")
        return True

    background = Background(work, ended.set, every_s=0.01)
    with caplog.at_level(logging.ERROR):
        background.ask()
        assert soon(lambda: len(calls) == 3)
    background.ask()
    assert soon(lambda: len(calls) == 4)
    background.finish()
    assert ended.is_set()
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "OSError" in caplog.text
    assert "somebody" not in caplog.text
