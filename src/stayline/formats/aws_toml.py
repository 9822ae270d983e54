"""The file ``aws.toml`` of a home: which stack on AWS keeps what it would else keep itself."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import tomli_w

from stayline.domain.stack_names import check_stack_name
from stayline.errors import SettingRefused, StoreUnavailable

AWS_FILE = "aws.toml"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class AwsHome:
    """The stack of a home; without ``account`` it is in that of whoever's credentials are used.

    Naming the account makes sure that nobody works on another one's stack of the same name.
    """

    stack: str
    region: str
    account: str | None = None


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stack: str
    region: str
    account: str | None = None


def read_aws_home(home: Path) -> AwsHome | None:
    """Return the stack of a home; None for a home that keeps everything itself.

    Raises `SettingRefused` for a file that is wrong: it says what. Such a home is not taken for
    one without the file, since it would then be written to in the wrong place.
    """
    try:
        text = (home / AWS_FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(AWS_FILE, type(error).__name__, "a readable TOML file") from error
    return parse_aws_home(text)


def aws_home_of(environment: Mapping[str, str]) -> AwsHome | None:
    """Return the stack that a program of the stack itself is told by its variables; else None.

    >>> aws_home_of({"STAYLINE_STACK": "stayline-dev", "AWS_REGION": "eu-central-1"})
    AwsHome(stack='stayline-dev', region='eu-central-1', account=None)
    """
    stack = environment.get("STAYLINE_STACK")
    if not stack:
        return None
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")
    return _checked(AwsHome(stack, region, environment.get("STAYLINE_ACCOUNT") or None))


def parse_aws_home(text: str) -> AwsHome:
    """Return the stack that a text names; raises `SettingRefused`."""
    try:
        written = msgspec.convert(tomllib.loads(text), _Written)
    except tomllib.TOMLDecodeError as error:
        raise SettingRefused(AWS_FILE, str(error), "a readable TOML file") from error
    except msgspec.ValidationError as error:
        expected = "stack, region and, if you like, account, each a text in quotes"
        raise SettingRefused(AWS_FILE, str(error), expected) from None
    return _checked(AwsHome(written.stack, written.region, written.account))


def write_aws_home(home: Path, aws: AwsHome) -> Path:
    """Keep a home's stack, whole or not at all, also when killed; return the file.

    Raises `SettingRefused` for names that could not be read again.
    """
    path, draft = home / AWS_FILE, home / f".{AWS_FILE}-{secrets.token_hex(4)}"
    values = {name: value for name, value in asdict(_checked(aws)).items() if value is not None}
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(tomli_w.dumps(values))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnavailable(str(path), f"{error.strerror}.") from error
    return path


def check_region(region: str) -> str:
    """Return the region; raises `SettingRefused` for what cannot be the name of one."""
    if not _REGION.fullmatch(region):
        raise SettingRefused("region", region, "a region such as eu-central-1")
    return region


def _checked(aws: AwsHome) -> AwsHome:
    check_stack_name(aws.stack)
    check_region(aws.region)
    if aws.account is not None and not _ACCOUNT.fullmatch(aws.account):
        expected = "an account's 12 digits, in quotes"
        raise SettingRefused(f"account in {AWS_FILE}", aws.account, expected)
    return aws
