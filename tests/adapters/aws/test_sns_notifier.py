"""Alarms reach who has subscribed, and nothing that SNS says is raised."""

import json
from collections.abc import Callable

from faulty_way import Fault, answering, query_refusal
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.notifier import TOPIC, SnsNotifier
from stayline.adapters.aws.resources import Resources
from stayline.domain.alarm_message import AlarmMessage

HOSTILE = AlarmMessage("t-1", "ALARM: Größe\r\nBcc: 夜" + "x" * 200, "It drifts.", is_alarm=True)


def test_a_message_reaches_a_subscriber_with_what_it_may_filter_by(stack: Resources) -> None:
    clients = Clients(stack)
    queue = clients.of("sqs").create_queue(QueueName=f"{stack.stack}-alarms")["QueueUrl"]
    arn = f"arn:aws:sqs:{stack.region}:{stack.account}:{stack.stack}-alarms"
    clients.of("sns").subscribe(TopicArn=stack.alarm_topic, Protocol="sqs", Endpoint=arn)
    assert SnsNotifier(clients).send(TOPIC, HOSTILE) is None
    (message,) = clients.of("sqs").receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert told["Message"] == f"{HOSTILE.title}\n\nIt drifts."
    assert told["Subject"].startswith("ALARM: Gr??e Bcc: ?x")
    assert len(told["Subject"]) == 100
    attributes = {name: one["Value"] for name, one in told["MessageAttributes"].items()}
    assert attributes == {"kind": "alarm", "message_id": "t-1"}


def test_a_topic_that_nobody_follows_or_that_is_not_there_is_a_problem(stack: Resources) -> None:
    clients = Clients(stack)
    sns = clients.of("sns")
    for one in sns.list_subscriptions_by_topic(TopicArn=stack.alarm_topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    (problem,) = SnsNotifier(clients).problems()
    assert "nobody has subscribed" in problem
    sns.delete_topic(TopicArn=stack.alarm_topic)
    (problem,) = SnsNotifier(clients).problems()
    assert "a part of the stack is not there" in problem
    assert "a part of the stack is not there" in (SnsNotifier(clients).send(TOPIC, HOSTILE) or "")


def test_what_sns_refuses_is_told_and_not_raised(led_to: Callable[[str], Clients]) -> None:
    expired = query_refusal("ExpiredToken", 403)
    for fault, told in ((expired, "expired"), (Fault(503, ""), "AWS answered")):
        with answering({"": fault}) as address:
            why = SnsNotifier(led_to(address)).send(TOPIC, HOSTILE)
            assert told in (why or "")
