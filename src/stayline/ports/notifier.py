"""Messages of alarms, out to people and programs."""

from collections.abc import Sequence
from typing import Protocol

from stayline.domain.alarm_message import AlarmMessage


class Notifier(Protocol):
    """Sends messages to channels, each known by a name that tells nothing of its address."""

    def channels(self) -> Sequence[str]:
        """Return the names of the channels, the log first; raises nothing for one that is wrong."""
        ...

    def problems(self) -> list[str]:
        """Return what is wrong with the channels, in words that name no address."""
        ...

    def send(self, channel: str, message: AlarmMessage) -> str | None:
        """Send a message; return why it was not taken, None where it was."""
        ...
