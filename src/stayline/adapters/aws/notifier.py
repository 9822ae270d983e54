"""Messages to the log, and to the SNS topic that people and programs subscribe to."""

import logging
from collections.abc import Sequence

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.domain.alarm_message import LOG, AlarmMessage
from stayline.errors import AwsRefused, StoreUnavailable

TOPIC = "sns"
"""The channel of everyone who has subscribed to the stack's topic of alarms."""
_STORE = "the topic of alarms"
_LONGEST_SUBJECT = 100
_UNCONFIRMED = "PendingConfirmation"
_log = logging.getLogger("stayline.alarms")


class SnsNotifier:
    """Sends to the log, and to one topic, whose subscriptions say who is told and how.

    Addresses are SNS's to keep, and whoever subscribes may filter by ``kind``, which is
    ``alarm`` or ``news``. SNS delivers at least once; ``message_id`` tells what came before.
    """

    CALLS = frozenset({"sns.list_subscriptions_by_topic", "sns.publish"})

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._topic = clients.resources.alarm_topic

    def channels(self) -> Sequence[str]:
        """Return the log and the topic."""
        return LOG, TOPIC

    def problems(self) -> list[str]:
        """Return what keeps the topic from being used, and that nobody has subscribed."""
        pages = self._clients.of("sns").get_paginator("list_subscriptions_by_topic")
        try:
            with our_errors(_STORE):
                for page in pages.paginate(TopicArn=self._topic):
                    if any(one["SubscriptionArn"] != _UNCONFIRMED for one in page["Subscriptions"]):
                        return []
        except (AwsRefused, StoreUnavailable) as error:
            return [str(error)]
        return ["nobody has subscribed to the topic of alarms, so nobody is told of one"]

    def send(self, channel: str, message: AlarmMessage) -> str | None:
        """Send a message; return why it was not taken."""
        if channel == LOG:
            _log.warning("%s\n%s", message.title, message.body)
            return None
        if channel != TOPIC:
            return "there is no such channel any more"
        try:
            with our_errors(_STORE):
                self._clients.of("sns").publish(
                    TopicArn=self._topic,
                    Subject=_subject(message.title),
                    Message=f"{message.title}\n\n{message.body}",
                    MessageAttributes={
                        "kind": _text("alarm" if message.is_alarm else "news"),
                        "message_id": _text(message.message_id),
                    },
                )
        except (AwsRefused, StoreUnavailable) as error:
            return str(error)
        return None


def _subject(title: str) -> str:
    """Return a title as a mail's subject, which SNS takes in ASCII and on one line.

    >>> _subject("ALARM: drift:Größe")
    'ALARM: drift:Gr??e'
    """
    plain = " ".join(title.split()).encode("ascii", "replace").decode()
    return plain[:_LONGEST_SUBJECT]


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
