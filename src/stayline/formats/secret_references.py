"""References to secrets: where one lives, never what it is."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from stayline.errors import SettingRefused

EXPECTED = "env:NAME, file:/path or aws-secretsmanager:NAME[#json-key]"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AWS_NAME = re.compile(r"[A-Za-z0-9/_+=.@:-]{1,2048}")


@dataclass(frozen=True, slots=True)
class InVariable:
    """A variable of the environment."""

    name: str


@dataclass(frozen=True, slots=True)
class InFile:
    """A file that only its owner can read."""

    path: str


@dataclass(frozen=True, slots=True)
class InSecretsManager:
    """A secret of AWS Secrets Manager, or the value of one key where it is a JSON object."""

    name: str
    json_key: str | None = None


Reference = InVariable | InFile | InSecretsManager


def parse_reference(setting: str, text: str) -> Reference:
    """Return the place a reference names; raises `SettingRefused` without quoting the text.

    Whoever puts the secret itself there by mistake must not find it in a message.

    >>> parse_reference("secrets.token_key", "aws-secretsmanager:prod/token#key")
    InSecretsManager(name='prod/token', json_key='key')
    """
    kind, _, rest = text.partition(":")
    if kind == "env" and _VARIABLE.fullmatch(rest):
        return InVariable(rest)
    if kind == "file" and "\x00" not in rest and PurePosixPath(rest).is_absolute():
        return InFile(rest)
    if kind == "aws-secretsmanager":
        name, separator, json_key = rest.partition("#")
        if _AWS_NAME.fullmatch(name) and (json_key or not separator):
            return InSecretsManager(name, json_key or None)
    raise SettingRefused(setting, "no reference", EXPECTED)
