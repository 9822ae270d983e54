import stat
from pathlib import Path

import pytest

from fake_aws import new_stack, running_fake, variables
from stayline.bootstrap import build, once_reachable
from stayline.errors import DatabaseAway, SettingRefused, StoreDamaged
from stayline.formats.aws_toml import AwsHome, read_aws_home, write_aws_home
from stayline.settings import Settings
from stores import NOON, SetClock


def test_a_new_home_is_made_with_its_parents_and_for_its_owner_only(tmp_path):
    home = tmp_path / "far" / "away"
    build(Settings(home=home))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.glob("*.db"))


def test_a_second_build_finds_what_the_first_one_kept(tmp_path):
    first = build(Settings(home=tmp_path))
    first.opt_outs.opt_out("a" * 32, at=NOON)
    again = build(Settings(home=tmp_path))
    assert again.opt_outs.is_opted_out("a" * 32, at=NOON)
    assert again.secrets.token_key() == first.secrets.token_key()


def test_names_and_protected_attributes_are_kept_in_files_of_their_own(tmp_path):
    build(Settings(home=tmp_path))
    assert {"state.db", "online.db", "protected.db", "directory.db"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_the_clock_of_a_test_is_the_clock_of_every_port(tmp_path):
    assert build(Settings(home=tmp_path), clock=SetClock()).clock.now() == NOON


@pytest.mark.parametrize("inside", ["", "home", "far/away"])
def test_a_file_where_the_home_should_be_is_a_refused_setting(tmp_path, inside):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(SettingRefused, match=r"Setting home is '.*'; expected a folder"):
        build(Settings(home=file / inside))
    assert file.read_text() == "mine"


def test_a_home_where_nothing_may_be_made_is_a_refused_setting():
    read_only = Path("/proc/stayline")  # for root, too
    with pytest.raises(SettingRefused, match="Setting home is"):
        build(Settings(home=read_only))


@pytest.mark.parametrize("name", ["state.db", "online.db", "protected.db", "directory.db"])
def test_a_file_that_is_no_database_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"no database at all " * 300)
    with pytest.raises(StoreDamaged, match=name):
        build(Settings(home=tmp_path))


@pytest.fixture
def aws_home(tmp_path, monkeypatch):
    """A home on a stack in a fake of AWS, which knows no account but its own."""
    with running_fake() as address:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)
        stack = new_stack()
        write_aws_home(tmp_path, AwsHome(stack.stack, stack.region))
        yield tmp_path


def test_a_home_that_names_a_stack_keeps_everything_there(aws_home):
    build(Settings(home=aws_home), clock=SetClock()).opt_outs.opt_out("a" * 32, at=NOON)
    again = build(Settings(home=aws_home), clock=SetClock())
    assert again.opt_outs.is_opted_out("a" * 32, at=NOON)
    assert again.registry.deployed() is None
    assert [path.name for path in aws_home.iterdir()] == ["aws.toml"]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("governance.toml", "[secrets]\ntoken_key = 'env:KEY'", "secrets.token_key"),
        ("governance.toml", "[secrets]\nunknown = 'x'", "secrets.unknown"),
        ("aws.toml", "stack = 'stayline-dev'", "region"),
    ],
)
def test_a_home_on_aws_with_what_it_cannot_have_is_refused(tmp_path, file, text, told):
    write_aws_home(tmp_path, AwsHome("stayline-dev", "eu-central-1", "123456789012"))
    (tmp_path / file).write_text(text)
    with pytest.raises(SettingRefused, match=told):
        build(Settings(home=tmp_path))


def test_a_home_on_aws_has_the_endpoint_of_its_stack_and_no_other(tmp_path):
    write_aws_home(tmp_path, AwsHome("stayline-dev", "eu-central-1", "123456789012"))
    with pytest.raises(SettingRefused, match="endpoint_url"):
        build(Settings(home=tmp_path, endpoint_url="http://127.0.0.1:9"))


def test_a_home_of_another_account_is_refused_before_anything_is_asked_of_its_stack(aws_home):
    named = read_aws_home(aws_home)
    write_aws_home(aws_home, AwsHome(named.stack, named.region, "111122223333"))
    with pytest.raises(SettingRefused, match="123456789012, whose credentials are used"):
        build(Settings(home=aws_home))


def test_a_program_of_the_stack_is_told_its_stack_by_variables(aws_home, monkeypatch):
    named = read_aws_home(aws_home)
    (aws_home / "aws.toml").unlink()
    monkeypatch.setenv("STAYLINE_STACK", named.stack)
    monkeypatch.setenv("AWS_REGION", named.region)
    build(Settings(home=aws_home), clock=SetClock()).opt_outs.opt_out("a" * 32, at=NOON)
    assert not list(aws_home.iterdir())


def test_a_program_that_runs_on_waits_for_a_database_that_is_away():
    answers = iter([DatabaseAway("it starts."), DatabaseAway("it starts."), "there"])

    def ask():
        answer = next(answers)
        if isinstance(answer, DatabaseAway):
            raise answer
        return answer

    assert once_reachable(ask) == "there"
