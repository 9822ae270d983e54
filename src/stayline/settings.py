"""Every setting, in one frozen value read once from the environment and ``stayline.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from stayline.domain.fallback import FallbackLimits
from stayline.errors import SettingRefused

DEFAULT_HOME = ".stayline"
SETTINGS_FILE = "stayline.toml"
PREFIX = "STAYLINE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; each as ``STAYLINE_NAME`` or as ``name`` in the home's ``stayline.toml``.

    The environment wins over the file, the file over the default. In the file a name may be split
    into a table and the rest: ``[capture] durability = "strict"``.
    """

    home: Path = Path(DEFAULT_HOME)
    """Where everything is kept."""
    storage_url: str = ""
    """Object storage, `s3://bucket/prefix`, for what several gateways share; empty: the home."""
    host: str = "127.0.0.1"
    """The address the API listens on."""
    port: int = 8080
    """The port the API listens on; 0 picks a free one."""
    actor: str = "local-analyst"
    """Who acts while there is no identity provider and nobody else is named."""
    max_body_bytes: int = 6 * 1024 * 1024
    """The largest request body, in bytes (SageMaker's limit)."""
    max_instances: int = 1000
    """The most rows one prediction request may hold."""
    log_level: str = "WARNING"
    """What the server logs: `INFO` adds a line for each request, `ERROR` leaves warnings out."""
    endpoint_name: str = "attrition-risk"
    """What the endpoint is called in requests of SageMaker's form."""
    endpoint_url: str = ""
    """Another server's address whose `/invocations` answers; empty: the model works in here."""
    workers_min: int = 1
    """The fewest processes that answer requests."""
    workers_max: int = 2
    """The most processes that answer requests; how many run follows the load."""
    capture_durability: str = "grouped"
    """`grouped`: on disk within 100 ms of the answer; `strict`: on disk before it."""
    capture_sampling_percent: int = 100
    """How many of 100 answers are captured; the audit log has all of them."""
    capture_csv_content_types: str = "text/csv"
    """Requests of these content types are captured as CSV."""
    capture_json_content_types: str = "application/json,application/jsonlines"
    """Requests of these content types are captured as JSON; all others as BASE64."""
    fallback_after_s: int = 300
    """How long the endpoint must have failed before nightly scores are served, in seconds."""
    fallback_max_age_h: int = 48
    """The oldest nightly score that is served, in hours."""
    deploy_shadow_rows: int = 1000
    """How many rows a new version is tried on before it serves: captured ones, then people."""
    deploy_canary_percent: int = 10
    """How many of 100 people a new version answers first."""
    deploy_bake_s: int = 30
    """How long it does so, and then answers everyone under watch, in seconds each."""
    inbox: str = "inbox"
    """The folder, in the home or elsewhere, whose extracts the daily refresh imports."""
    capture_days: int = 180
    """How long captured requests and answers are kept, in days."""
    tls_cert: str = ""
    """The certificate and its chain, in PEM, that the API answers with; empty: no TLS."""
    tls_key: str = ""
    """The certificate's key, in PEM, in a file that only its owner can read."""
    trusted_proxy: str = ""
    """The proxy that ends TLS, an address or network; its X-Forwarded-For is believed."""
    requests_per_minute: int = 6000
    """How many requests a minute one caller may make of a worker process; 0: any number."""
    watch_retrain_windows: int = 3
    """How many windows running must show significant drift before a new version is trained."""
    oidc_issuer: str = ""
    """The identity provider whose tokens sign in; empty: no sign-in, on this machine only."""
    oidc_audience: str = ""
    """What the provider's tokens for Stayline name as their audience (`aud`)."""
    database_url: str = field(default="", repr=False)
    """A PostgreSQL database, `postgresql+psycopg://...`; empty: files in the home."""

    @property
    def fallback_limits(self) -> FallbackLimits:
        """When kept scores stand in for a model that does not answer, and which."""
        after, max_age = timedelta(seconds=self.fallback_after_s), self.fallback_max_age_h
        return FallbackLimits(after, timedelta(hours=max_age))


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
    values = _flat(values)
    names = {field.name for field in fields(Settings)}
    for name in values:
        if name not in names - {"home"}:
            shown = "not shown here" if "://" in str(values[name]) else str(values[name])
            raise SettingRefused(name, shown, f"one of {sorted(names - {'home'})}")
    for name in names - {"home"}:
        values[name] = environment.get(PREFIX + name.upper(), values.get(name))
    given: dict[str, Any] = {
        name: _typed(name, value) for name, value in values.items() if value is not None
    }
    settings = replace(Settings(home=chosen_home), **given)
    if settings.workers_min > settings.workers_max:
        least = f"{settings.workers_min} or more, which is workers_min"
        raise SettingRefused("workers_max", str(settings.workers_max), least)
    return settings


_CHOICES = {
    "capture_durability": ("grouped", "strict"),
    "log_level": ("INFO", "WARNING", "ERROR"),
}
_MAY_BE_EMPTY = frozenset(
    {
        *("endpoint_url", "storage_url", "capture_csv_content_types", "capture_json_content_types"),
        *("tls_cert", "tls_key", "trusted_proxy"),
        *("oidc_issuer", "oidc_audience", "database_url"),
    }
)
_POSTGRESQL = ("postgresql+psycopg://", "postgresql://")
_BOUNDS = {
    "port": (0, 65535),
    "capture_sampling_percent": (0, 100),
    "deploy_shadow_rows": (0, 100_000),
    "deploy_canary_percent": (0, 50),
    "deploy_bake_s": (0, 3600),
    "fallback_after_s": (0, None),
    "requests_per_minute": (0, None),
    "workers_max": (1, 64),
}
"""The least and the most of a number; the others are 1 or more."""


def _flat(values: dict[str, object]) -> dict[str, object]:
    """Return ``[capture] sampling_percent`` as ``capture_sampling_percent``."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _typed(name: str, value: object) -> str | int:
    default = getattr(Settings(), name)
    if not isinstance(default, int):
        return _text(name, value)
    try:
        number = int(str(value))
    except ValueError:
        raise SettingRefused(name, str(value), "a whole number") from None
    least, most = _BOUNDS.get(name, (1, None))
    if number < least or (most is not None and number > most):
        kind = "a port" if name == "port" else "a number"
        expected = f"{least} or more" if most is None else f"{kind}, {least} to {most}"
        raise SettingRefused(name, str(value), expected)
    return number


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not (value.strip() or name in _MAY_BE_EMPTY):
        raise SettingRefused(name, str(value), "a text that is not empty")
    if name == "database_url" and value and not value.startswith(_POSTGRESQL):
        raise SettingRefused(name, "not shown here", f"one that begins with {_POSTGRESQL[0]}")
    if name == "storage_url" and "@" in value:
        raise SettingRefused(name, "not shown here", "s3://bucket/prefix, without keys")
    choices = _CHOICES.get(name)
    if choices and value not in choices:
        raise SettingRefused(name, value, f"one of {list(choices)}")
    return value
