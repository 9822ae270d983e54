"""The versions of the lock."""

import re
from pathlib import Path

from infra.app import ROOT

_PIN = re.compile(r"^([a-z0-9-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(lock: Path = ROOT / "requirements.lock") -> list[str]:
    """Return ``name==version`` for all that is locked; of two for different Pythons the newer's."""
    locked = dict(_PIN.findall(lock.read_text("utf-8")))
    return [f"{name}=={version}" for name, version in locked.items()]
