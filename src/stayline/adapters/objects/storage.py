"""Where objects are kept, as a URL tells it."""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from stayline.adapters.objects.clients import Limits, ServiceClients
from stayline.errors import SettingRefused

PLAIN = "AWS_ALLOW_HTTP"
"""Set to ``true`` it permits plain HTTP to another machine, in a network that is trusted."""
_SETTING = "storage_url"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_LIMITS = Limits(connect_s=2, read_s=10, attempts=3)
"""So a call ends within half a minute, also one of a process that only just begins."""
_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


@dataclass(frozen=True, slots=True)
class Storage:
    """A bucket and how all keys in it begin: nothing, or ``prefix/``."""

    clients: ServiceClients
    bucket: str
    prefix: str = ""

    @property
    def url(self) -> str:
        """The address as the setting has it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def storage_at(url: str) -> Storage:
    """Return the storage of ``s3://bucket/prefix``; whether it is there, is not looked at.

    Raises `SettingRefused` for another address, and for a server that is asked in plain HTTP.
    """
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    is_whole = _BUCKET.fullmatch(parts.netloc) and (not prefix or _PREFIX.fullmatch(prefix))
    if parts.scheme != "s3" or not is_whole or parts.query or parts.fragment:
        expected = "s3://bucket or s3://bucket/prefix, or empty: folders in the home"
        raise SettingRefused(_SETTING, url, expected)
    variable, endpoint = s3_endpoint()
    if endpoint and not may_be_asked(endpoint):
        expected = f"https://..., or {PLAIN}=true beside it for a network that is trusted"
        raise SettingRefused(variable, endpoint, expected)
    return Storage(ServiceClients(limits=_LIMITS), parts.netloc, f"{prefix}/" if prefix else "")


def s3_endpoint() -> tuple[str, str]:
    """Return the variable that names a server in AWS's place, and its address; empty for AWS's."""
    named = ((name, os.environ.get(name, "")) for name in _VARIABLES)
    return next(((name, value) for name, value in named if value), (_VARIABLES[0], ""))


def may_be_asked(endpoint: str) -> bool:
    """Whether it is https, or on this very machine, or plain HTTP is permitted."""
    parts = urlsplit(endpoint)
    if parts.scheme == "https" or os.environ.get(PLAIN, "").lower() == "true":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
