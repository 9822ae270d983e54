import logging

import pytest

from stayline.domain.alarm_message import AlarmMessage
from stores import Backend

MESSAGE = AlarmMessage("t-1", "OK: Größe 夜", "All is well.\nId: t-1", is_alarm=False)


def test_the_log_is_the_first_channel_and_takes_everything(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "stayline.alarms")
    notifier = backend.notifier()
    assert notifier.channels()[0] == "log"
    assert notifier.send("log", MESSAGE) is None
    assert MESSAGE.title in caplog.text


def test_a_channel_that_there_is_not_takes_nothing_and_raises_nothing(backend: Backend) -> None:
    assert backend.notifier().send("nobody", MESSAGE) == "there is no such channel any more"


def test_a_new_home_has_no_problem_with_its_channels(backend: Backend) -> None:
    assert backend.notifier().problems() == []


def test_every_channel_of_a_new_home_takes_a_message(backend: Backend) -> None:
    notifier = backend.notifier()
    assert {name: notifier.send(name, MESSAGE) for name in notifier.channels()} == dict.fromkeys(
        notifier.channels()
    )
