"""What the command says, and how it exits, when something is wrong."""

import errno
import io
import re
import socket
from contextlib import redirect_stdout

import pytest

from command_runs import REASON, here, stayline
from model_versions import archive_path, pending
from real_data import ibm_extract
from stayline.cli.app import main
from stayline.errors import UnknownModel
from stayline.usecases.reject_model import reject_model


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    """Keep each test in a folder of its own, and what it sets out of the next one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STAYLINE_HOME", raising=False)


def refused(*words: object) -> str:
    """Run a command that must fail with one message and nothing else; return the message."""
    ended = here(*words)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: ")
    assert "Traceback" not in ended.err
    return ended.err


@pytest.mark.parametrize("command", [("inspect",), ("import", "--schema", "ibm-hr")])
def test_a_missing_file_is_named(tmp_path, command):
    assert "nowhere.csv" in refused(*command, tmp_path / "nowhere.csv")


def test_an_unknown_preset_is_told_what_presets_there_are(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    for words in (("import", "x.csv", "--schema", "ibm"), ("inspect", "x.csv", "--schema", "ibm")):
        told = refused(*words)
        assert "'ibm'" in told
        assert "ibm-hr, monthly-panel, mfg-yearly" in told


@pytest.mark.parametrize(
    "words",
    [
        ("models", "list"),
        ("models", "show", "1"),
        ("models", "approve", "1", "--reason", REASON),
        ("models", "reject", "1", "--reason", REASON),
        ("models", "deploy", "1"),
        ("train",),
        ("score",),
        ("score", "--employee", "1"),
        ("serve",),
        ("doctor",),
    ],
)
def test_a_home_that_is_not_there_is_named_and_not_made(tmp_path, words):
    home = tmp_path / "typo"
    told = refused(*words, "--home", home)
    assert f"home is {str(home)!r}" in told
    assert not home.exists()


@pytest.mark.parametrize("words", [("train",), ("score",)])
def test_a_home_without_a_workforce_says_how_to_import_one(tmp_path, words):
    assert "`stayline import FILE --schema SCHEMA`" in refused(*words, "--home", tmp_path)


@pytest.mark.parametrize("action", ["show", "approve", "reject", "deploy"])
def test_an_unknown_version_says_where_to_look(home, action):
    reason = ("--reason", REASON) if action in {"approve", "reject"} else ()
    assert "`stayline models list`" in refused("models", action, "9", *reason, "--home", home)


def test_a_pending_and_a_rejected_version_are_not_deployed(home, ports):
    version = pending(ports).version
    assert "'PendingManualApproval'" in refused("models", "deploy", version, "--home", home)
    reject_model(
        version,
        reason=REASON,
        by="bo",
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
    assert "'Rejected'" in refused("models", "deploy", version, "--home", home)
    again = refused("models", "approve", version, "--reason", REASON, "--home", home)
    assert "already 'Rejected'" in again


@pytest.mark.parametrize("reason", ["", "   ", "fine"])
def test_a_decision_without_a_reason_is_refused(home, ports, reason):
    version = pending(ports).version
    for action in ("approve", "reject"):
        told = refused("models", action, version, "--by", "bo", "--reason", reason, "--home", home)
        assert "--reason" in told


def test_an_altered_model_archive_is_refused_by_every_command_that_reads_it(home, ports):
    archive_path(home, ports.registry.deployed()).write_bytes(b"\x1f\x8b torn")
    for words in (("models", "show", "1"), ("models", "deploy", "1"), ("score",)):
        assert "altered or torn" in refused(*words, "--home", home)
    ended = here("doctor", "--home", home)
    assert ended.code == 1
    assert "DAMAGED  model registry" in ended.out


@pytest.mark.parametrize("name", ["state.db", "online.db", "protected.db", "directory.db"])
def test_doctor_names_a_database_that_is_none_and_exits_1(home, name):
    for path in home.glob(f"{name}*"):  # its write-ahead file, too, could restore it
        path.write_bytes(b"no database at all " * 300)
    ended = here("doctor", "--json", "--home", home)
    assert (ended.code, ended.err) == (1, "")
    assert ended.json["whole"] is False
    assert name in str(ended.json["checks"])
    assert name in here("doctor", "--home", home).out


def test_an_employee_who_is_not_there_is_refused_without_naming_them(home):
    told = refused("score", "--employee", "no such person", "--home", home)
    assert "no such person" not in told


@pytest.mark.parametrize("flag", ["--all", "--afresh"])
def test_one_person_and_everyone_at_once_is_refused(home, flag):
    ended = here("score", "--employee", "1", flag, "--home", home)
    assert ended.code == 2
    assert "leave out --all, --afresh and --engine" in ended.err


@pytest.mark.parametrize(
    ("line", "setting"),
    [("port = 'http'", "port"), ("prot = 80", "prot"), ("port = ", "stayline.toml")],
)
def test_a_bad_setting_is_named(home, line, setting):
    (home / "stayline.toml").write_text(line)
    assert f"Setting {setting} is" in refused("models", "list", "--home", home)


def test_a_port_in_use_is_an_error_that_names_it(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Setting port is '{port}'" in refused("serve", "--port", port, "--home", home)


def test_a_home_under_a_file_is_an_error_and_no_traceback(tmp_path):
    ibm_extract().head(30).write_csv(tmp_path / "x.csv")
    told = refused("import", "x.csv", "--schema", "ibm-hr", "--home", tmp_path / "x.csv" / "home")
    assert "Setting home is" in told


@pytest.mark.parametrize(
    "words",
    [
        ("deport",),
        ("models", "approve", "1"),
        ("models", "show", "one"),
        ("import", "x.csv"),
        ("import", "x.csv", "--schema", "ibm-hr", "--as-of", "yesterday"),
        ("simulate", "--employees", "1"),
        ("train", "--trials", "0"),
        ("serve", "--port", "65536"),
        ("up", "--yes", "--data", "nowhere.csv"),
    ],
)
def test_a_wrong_call_exits_2_and_shows_the_usage(words):
    ended = here(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: stayline" in ended.err


def test_up_does_not_wait_for_an_approval_that_nobody_can_give():
    ended = stayline("up")
    assert (ended.code, ended.out) == (2, "")
    assert "pass --yes" in ended.err


def test_rows_that_are_rejected_exit_2_and_the_good_ones_land(tmp_path):
    lines = ibm_extract().head(40).write_csv().replace(",Sales,", ",Salt Mines,", 1)
    (tmp_path / "x.csv").write_text(lines)
    ended = here("import", "x.csv", "--schema", "ibm-hr", "--json", "--home", tmp_path / "home")
    assert (ended.code, ended.err) == (2, "")
    assert (ended.json["landed"], ended.json["rejected"]) == (39, 1)


@pytest.mark.parametrize(
    "form", [("--home", "{}", "models", "list"), ("models", "list", "--home", "{}")]
)
def test_the_home_may_stand_before_or_after_the_command(home, form):
    ended = here(*(word.format(home) for word in form))
    assert ended.code == 0
    assert "Approved" in ended.out


def test_the_home_after_the_command_wins_over_the_one_before(home, tmp_path):
    assert here("--home", tmp_path / "typo", "models", "list", "--home", home).code == 0


def test_debug_shows_where_an_error_came_from():
    with pytest.raises(UnknownModel):
        main(["--debug", "models", "show", "1", "--home", "."])


class BrokenOutput(io.TextIOBase):
    """An output that fails in a way of its own."""

    def __init__(self, failure: BaseException) -> None:
        self._failure = failure

    def write(self, _text: str) -> int:
        raise self._failure


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 1, "Error: .*No space left on device"),
        (KeyError("Ana Example"), 1, "Error: an unexpected KeyError.*--debug.*"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_full_disk_an_own_fault_and_ctrl_c_end_without_a_traceback(
    home, capsys, failure, code, told
):
    with redirect_stdout(BrokenOutput(failure)), pytest.raises(SystemExit) as ended:
        main(["doctor", "--home", str(home)])
    assert ended.value.code == code
    assert re.fullmatch(told, capsys.readouterr().err.strip())
