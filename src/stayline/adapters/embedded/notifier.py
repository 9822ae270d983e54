"""Messages to the log, and through Apprise to webhooks, mail and whatever else it knows."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stayline.domain.alarm_message import LOG, AlarmMessage
from stayline.errors import StaylineError
from stayline.ports.secrets import AlarmChannels, Secrets

if TYPE_CHECKING:
    from apprise import Apprise

_log = logging.getLogger("stayline.alarms")


class AppriseNotifier:
    """Sends to the log, and to the addresses that `Secrets` holds, read anew each time.

    No address is ever told: Apprise's own log lines, which name hosts and recipients, are off.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def channels(self) -> Sequence[str]:
        """Return the log and the named addresses; only the log where those cannot be read."""
        return (LOG, *self._found()[0].urls)

    def problems(self) -> list[str]:
        """Return what is wrong with the secret, and each address that Apprise refuses."""
        found, problem = self._found()
        refused = [
            f"channel {name!r}, number {position}, is refused: no address that Apprise can use"
            for position, (name, url) in enumerate(found.urls.items(), 1)
            if not _is_usable(url)
        ]
        return [*([problem] if problem else []), *found.problems, *refused]

    def send(self, channel: str, message: AlarmMessage) -> str | None:
        """Send a message; return why it was not taken."""
        if channel == LOG:
            _log.warning("%s\n%s", message.title, message.body)
            return None
        url = self._found()[0].urls.get(channel)
        if url is None:
            return "there is no such channel any more"
        return _sent(url, message)

    def _found(self) -> tuple[AlarmChannels, str]:
        try:
            return self._secrets.alarm_channels(), ""
        except StaylineError as error:
            return AlarmChannels({}), str(error)


def _is_usable(url: str) -> bool:
    with _quietly():
        return _sender(url) is not None


def _sent(url: str, message: AlarmMessage) -> str | None:
    with _quietly():
        sender = _sender(url)
        if sender is None:
            return "its address is refused: none that Apprise can use"
        try:
            is_taken = sender.notify(
                body=message.body,
                title=message.title,
                notify_type="failure" if message.is_alarm else "info",
                body_format="text",
            )
        except Exception as error:  # a plugin's defect must not keep alarms from other channels
            return f"it failed ({type(error).__name__})"
    return None if is_taken else "it did not answer, or refused the message"


def _sender(url: str) -> "Apprise | None":
    """Return what sends to an address and keeps nothing on disk, None for one it refuses."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="Stayline", async_mode=False, storage_mode="memory")
    sender = Apprise(asset=asset)
    return sender if sender.add(url) else None


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep Apprise from logging, and from warning of what its own imports ask for."""
    logging.getLogger("apprise").disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
