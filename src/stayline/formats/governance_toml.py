"""``governance.toml`` in the home: an organisation's own policies, a section each."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from stayline.errors import SettingRefused

GOVERNANCE_FILE = "governance.toml"
Policy = TypeVar("Policy")


def read_policy(home: Path, section: str, policy: type[Policy]) -> Policy:
    """Return the policy that a section sets, with the defaults of ``policy`` for the rest.

    ``policy`` is a frozen dataclass whose fields all have defaults; ``section`` may be dotted
    (``controls.retention``). Raises `SettingRefused` for a file that cannot be read, a name that is
    not known there, or a value of the wrong type.
    """
    values = _section(home / GOVERNANCE_FILE, section)
    known = {field.name for field in fields(policy)}  # type: ignore[arg-type]  # a dataclass type
    for name in values.keys() - known:
        raise SettingRefused(f"{section}.{name}", str(values[name]), f"one of {sorted(known)}")
    try:
        return msgspec.convert(values, type=policy)
    except msgspec.ValidationError as error:
        raise SettingRefused(section, str(error), "values of the documented types") from None


def _section(file: Path, section: str) -> Mapping[str, Any]:
    try:
        found: Any = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingRefused(GOVERNANCE_FILE, str(error), "a readable TOML file") from error
    for name in section.split("."):
        found = found.get(name, {}) if isinstance(found, dict) else found
    if not isinstance(found, dict):
        raise SettingRefused(section, str(found), f"a table, [{section}]")
    return found
