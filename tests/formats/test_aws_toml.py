import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from stayline.errors import SettingRefused, StoreUnavailable
from stayline.formats.aws_toml import AwsHome, parse_aws_home, read_aws_home, write_aws_home

DEV = AwsHome("stayline-dev", "eu-central-1")


def test_a_home_without_the_file_is_not_on_aws(tmp_path):
    assert read_aws_home(tmp_path) is None


@pytest.mark.parametrize(
    "home", [DEV, AwsHome("s", "us-gov-west-1", "012345678901"), AwsHome("a-b-3", "ap-south-12")]
)
def test_what_is_written_is_read_again(tmp_path, home):
    assert write_aws_home(tmp_path / "home", home).name == "aws.toml"
    assert read_aws_home(tmp_path / "home") == home
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["aws.toml"]


def test_the_file_is_two_lines_that_a_person_would_write(tmp_path):
    written = write_aws_home(tmp_path, DEV).read_text()
    assert written == 'stack = "stayline-dev"\nregion = "eu-central-1"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "missing required field `stack`.*stack, region"),
        ('stack = "stayline-dev"', "missing required field `region`"),
        ('stack = "s"\nregion = "eu-central-1"\nprofile = "x"', "unknown field `profile`"),
        ('stack = 3\nregion = "eu-central-1"', "Expected `str`, got `int`"),
        ('stack = "s"\nregion = "eu-central-1"\naccount = 111122223333', "Expected `str"),
        ('stack = "s"\nregion = "eu-central-1"\naccount = "1234"', "12 digits"),
        ('stack = "s"\nregion = "Frankfurt"', "region is 'Frankfurt'.*such as eu-central-1"),
        ('stack = "s"\nregion = "eu-central-1\\n"', "such as eu-central-1"),
        ('stack = ""\nregion = "eu-central-1"', "small letters"),
        ('stack = "Stayline"\nregion = "eu-central-1"', "small letters"),
        ('stack = "../other"\nregion = "eu-central-1"', "small letters"),
        (f'stack = "{"s" * 31}"\nregion = "eu-central-1"', "1 to 30"),
        ('stack = "stayli', "a readable TOML file"),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_never_taken_for_none(tmp_path, text, told):
    (tmp_path / "aws.toml").write_text(text)
    with pytest.raises(SettingRefused, match=told):
        read_aws_home(tmp_path)


@pytest.mark.parametrize("content", [b"stack = \xff", None])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content):
    if content is None:
        (tmp_path / "aws.toml").mkdir()
    else:
        (tmp_path / "aws.toml").write_bytes(content)
    with pytest.raises(SettingRefused, match="a readable TOML file"):
        read_aws_home(tmp_path)


@given(st.text(), st.text())
def test_any_names_are_kept_as_they_are_or_refused_in_words(stack, region):
    text = tomli_w.dumps({"stack": stack, "region": region})
    try:
        read = parse_aws_home(text)
    except SettingRefused:
        return
    assert (read.stack, read.region) == (stack, region)
    assert stack.isascii()
    assert region.isascii()


@pytest.mark.parametrize(
    "home", [AwsHome("Stayline", "eu-central-1"), AwsHome("s", ""), AwsHome("s", "eu-west-1", "x")]
)
def test_names_that_could_not_be_read_again_are_not_written(tmp_path, home):
    with pytest.raises(SettingRefused):
        write_aws_home(tmp_path, home)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_keeps_what_was_there(tmp_path):
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        write_aws_home(tmp_path / "home", DEV)
