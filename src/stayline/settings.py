"""Every setting, in one frozen value read once from the environment and ``stayline.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from stayline.errors import SettingRefused

DEFAULT_HOME = ".stayline"
SETTINGS_FILE = "stayline.toml"
PREFIX = "STAYLINE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; each as ``STAYLINE_NAME`` or as ``name`` in the home's ``stayline.toml``.

    The environment wins over the file, the file over the default.
    """

    home: Path = Path(DEFAULT_HOME)
    """Where everything is kept."""
    host: str = "127.0.0.1"
    """The address the API listens on."""
    port: int = 8080
    """The port the API listens on; 0 picks a free one."""
    actor: str = "local-analyst"
    """Who acts when nobody else is named; sign-in comes with an identity provider."""
    max_body_bytes: int = 6 * 1024 * 1024
    """The largest request body, in bytes (SageMaker's limit)."""
    max_instances: int = 1000
    """The most rows one prediction request may hold."""


def load_settings(
    environment: Mapping[str, str] | None = None, *, home: Path | None = None
) -> Settings:
    """Return the settings; ``home`` (from ``--home``) wins over everything.

    Raises `SettingRefused` for a value of the wrong type or a name that is no setting.
    """
    environment = os.environ if environment is None else environment
    chosen_home = home or Path(environment.get(f"{PREFIX}HOME") or DEFAULT_HOME)
    values: dict[str, object] = {}
    file = chosen_home / SETTINGS_FILE
    if file.is_file():
        try:
            values.update(tomllib.loads(file.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise SettingRefused(SETTINGS_FILE, str(error), "a readable TOML file") from error
    names = {field.name for field in fields(Settings)}
    for name in values:
        if name not in names - {"home"}:
            raise SettingRefused(name, str(values[name]), f"one of {sorted(names - {'home'})}")
    for name in names - {"home"}:
        values[name] = environment.get(PREFIX + name.upper(), values.get(name))
    given: dict[str, Any] = {
        name: _typed(name, value) for name, value in values.items() if value is not None
    }
    return replace(Settings(home=chosen_home), **given)


def _typed(name: str, value: object) -> str | int:
    default = getattr(Settings(), name)
    if not isinstance(default, int):
        if not isinstance(value, str) or not value.strip():
            raise SettingRefused(name, str(value), "a text that is not empty")
        return value
    try:
        number = int(str(value))
    except ValueError:
        raise SettingRefused(name, str(value), "a whole number") from None
    least, most = (0, 65535) if name == "port" else (1, None)
    if number < least or (most is not None and number > most):
        expected = "a port, 0 to 65535" if most else f"{least} or more"
        raise SettingRefused(name, str(value), expected)
    return number
