"""Where alarms go, from the environment or a file only its owner can read."""

from collections.abc import Mapping
from pathlib import Path

from stayline.errors import SettingRefused, StoreUnavailable
from stayline.formats.alarm_channel_lines import parse_alarm_channels
from stayline.ports.secrets import AlarmChannels

ALARM_CHANNELS = "STAYLINE_ALARM_CHANNELS"


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
    return AlarmChannels(*parse_alarm_channels(text, where))
