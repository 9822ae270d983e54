"""Send a message marked as a test to every channel, so that the first real one arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from stayline.domain.alarm_message import trial_message
from stayline.ports.notifier import Notifier


@dataclass(frozen=True, slots=True)
class Tried:
    """Of each channel, why it did not take the message (None: it did), and what else is wrong."""

    channels: Mapping[str, str | None]
    problems: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether every channel took it and nothing else is wrong."""
        return not self.problems and not any(self.channels.values())


def try_alarm_channels(*, notifier: Notifier) -> Tried:
    """Return what became of the message on each channel."""
    message = trial_message(str(uuid4()))
    sent = {channel: notifier.send(channel, message) for channel in notifier.channels()}
    return Tried(sent, tuple(notifier.problems()))
