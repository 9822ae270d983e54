"""Where alarms go, from the environment or a file only its owner can read."""

import re
from collections.abc import Mapping
from pathlib import Path

from stayline.errors import SettingRefused, StoreUnavailable
from stayline.ports.secrets import AlarmChannels

ALARM_CHANNELS = "STAYLINE_ALARM_CHANNELS"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TAKEN = frozenset({"log", "audit"})


def read_alarm_channels(
    folder: Path, environment: Mapping[str, str], referred: bytes | None = None
) -> AlarmChannels:
    """Return the channels of entries such as ``hook=json://...``; a line with ``#`` is a remark.

    What a reference gave wins over the variable, with spaces between the entries, and that over
    the file ``alarm-channels``. An entry
    that is none is a problem told by its position, since its text may be a secret. Raises
    `SettingRefused` for a file that others may read, and `StoreUnavailable`.
    """
    if referred is not None:
        return _parsed(referred.decode("utf-8", "replace"), "secrets.alarm_channels")
    given = environment.get(ALARM_CHANNELS)
    if given is not None:
        return _parsed(given, f"variable {ALARM_CHANNELS}")
    path = folder / "alarm-channels"
    try:
        if not path.exists():
            return AlarmChannels({})
        if path.stat().st_mode & 0o077:
            raise SettingRefused(
                str(path), "readable by others", "mode 0600 (run `chmod 600` on it)"
            )
        return _parsed(path.read_text("utf-8", "replace"), "alarm-channels")
    except OSError as error:
        raise StoreUnavailable("The secrets folder", f"{error.strerror}.") from error


def _parsed(text: str, where: str) -> AlarmChannels:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    urls: dict[str, str] = {}
    problems = []
    for position, entry in enumerate(" ".join(lines).split(), 1):
        name, separator, url = entry.partition("=")
        if not (separator and url and _NAME.fullmatch(name)) or name in _TAKEN or name in urls:
            problems.append(
                f"entry {position} of {where} is not used: expected NAME=URL, with a name of its "
                "own in small letters, digits and hyphens"
            )
        else:
            urls[name] = url
    return AlarmChannels(urls, tuple(problems))
