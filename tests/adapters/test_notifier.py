import logging
import socket
from email import message_from_string

import pytest

from message_servers import mail_server, webhook
from stayline.adapters.embedded.alarm_channels import read_alarm_channels
from stayline.adapters.embedded.notifier import AppriseNotifier
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.domain.alarm_message import AlarmMessage
from stayline.errors import SettingRefused

MESSAGE = AlarmMessage("t-1", "ALARM: latency-high", "One in twenty takes long.\nId: t-1", True)
TOKEN = "s3cr3t-t0ken"  # noqa: S105  (made up, to look for it)


@pytest.fixture
def notifier(tmp_path):
    """Return what sends to the channels of a text."""

    def made(text):
        return AppriseNotifier(FileSecrets(tmp_path, {"STAYLINE_ALARM_CHANNELS": text}))

    return made


@pytest.fixture
def closed_port():
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_without_a_secret_there_is_the_log_alone(notifier, caplog):
    only_log = notifier("")
    assert list(only_log.channels()) == ["log"]
    assert only_log.send("log", MESSAGE) is None
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("stayline.alarms", "WARNING")
    assert record.getMessage() == f"{MESSAGE.title}\n{MESSAGE.body}"


def test_a_webhook_gets_title_body_and_kind(notifier):
    with webhook() as taken:
        sender = notifier(f"hook=json://127.0.0.1:{taken.port}/{TOKEN}")
        assert list(sender.channels()) == ["log", "hook"]
        assert sender.send("hook", MESSAGE) is None
        assert sender.problems() == []
    (told,) = taken.messages
    assert (told["title"], told["type"]) == (MESSAGE.title, "failure")
    assert told["message"] == MESSAGE.body
    assert taken.paths == [f"/{TOKEN}"]


def test_mail_arrives_with_title_and_body(notifier):
    with mail_server() as taken:
        sender = notifier(
            f"ops=mailto://127.0.0.1:{taken.port}?from=stayline@example.com&to=ops@example.com"
        )
        assert sender.send("ops", MESSAGE) is None
    (letter,) = map(message_from_string, taken.messages)
    assert letter["Subject"] == MESSAGE.title
    text = letter.get_payload(decode=True).decode()
    assert "Id: t-1" in text


def test_what_no_server_takes_is_told_without_its_address(notifier, closed_port, caplog):
    caplog.set_level(logging.DEBUG, "apprise")
    with webhook(refusals=1) as taken:
        sender = notifier(
            f"down=json://127.0.0.1:{closed_port}/{TOKEN} "
            f"hook=json://127.0.0.1:{taken.port}/{TOKEN} "
            f"post=mailto://ana:{TOKEN}@127.0.0.1:{closed_port}"
            "?from=stayline@example.com&to=ops@example.com"
        )
        told = [sender.send(name, MESSAGE) for name in ("down", "hook", "post", "gone")]
    assert told == ["it did not answer, or refused the message"] * 3 + [
        "there is no such channel any more"
    ]
    assert TOKEN not in caplog.text + repr(told)
    assert "127.0.0.1" not in caplog.text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (f"json://localhost/{TOKEN}", 1),
        (f"hook=json://localhost Hook2=json://localhost/{TOKEN}", 2),
        (f"hook=json://localhost hook=json://localhost/{TOKEN}", 2),
        (f"# a remark\nlog=json://localhost/{TOKEN}", 1),
        (f"audit=json://localhost/{TOKEN}", 1),
        ("hook=", 1),
    ],
)
def test_an_entry_that_is_none_is_told_by_its_position(notifier, text, position):
    (problem,) = notifier(text).problems()
    assert problem.startswith(f"entry {position} of variable STAYLINE_ALARM_CHANNELS is not used")
    assert TOKEN not in problem


def test_an_address_that_apprise_refuses_is_told_by_name_and_position(notifier):
    sender = notifier(f"good=json://localhost bad=nosuch://{TOKEN}")
    (problem,) = sender.problems()
    assert problem == "channel 'bad', number 2, is refused: no address that Apprise can use"
    assert sender.send("bad", MESSAGE) == "its address is refused: none that Apprise can use"


def test_channels_of_a_file_are_read_anew_and_remarks_are_left_out(tmp_path):
    sender = AppriseNotifier(FileSecrets(tmp_path, {}))
    file = tmp_path / "alarm-channels"
    file.touch(mode=0o600)
    file.write_text("# who is on duty\nhook=json://localhost\n\nmail=mailto://a:b@localhost\n")
    assert list(sender.channels()) == ["log", "hook", "mail"]
    file.write_text("hook=json://localhost\n")
    assert list(sender.channels()) == ["log", "hook"]


def test_a_file_that_others_may_read_leaves_the_log_and_a_problem(tmp_path):
    file = tmp_path / "alarm-channels"
    file.write_text(f"hook=json://localhost/{TOKEN}")
    file.chmod(0o644)
    with pytest.raises(SettingRefused, match="mode 0600"):
        read_alarm_channels(tmp_path, {})
    sender = AppriseNotifier(FileSecrets(tmp_path, {}))
    assert list(sender.channels()) == ["log"]
    (problem,) = sender.problems()
    assert "readable by others" in problem


def test_the_text_of_the_channels_never_shows_an_address(tmp_path):
    found = read_alarm_channels(
        tmp_path, {"STAYLINE_ALARM_CHANNELS": f"hook=json://localhost/{TOKEN}"}
    )
    assert TOKEN in found.urls["hook"]
    assert TOKEN not in repr(found) + str(found)
