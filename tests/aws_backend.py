"""The AWS adapters over a stack of their own in a fake AWS, with every call they make recorded."""

from collections import defaultdict
from typing import TypeVar

import pytest

from fake_aws import new_stack, recording
from stayline.adapters.aws.alarm_book import DynamoAlarmBook
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.job_book import DynamoJobBook
from stayline.adapters.aws.metric_log import DynamoMetricLog
from stayline.adapters.aws.notifier import SnsNotifier
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.score_board import DynamoScoreBoard
from stayline.adapters.aws.serving_figures import CloudWatchServingFigures
from stayline.adapters.aws.waiver_book import DynamoWaiverBook
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.job_book import JobBook
from stayline.ports.metric_log import MetricLog
from stayline.ports.notifier import Notifier
from stayline.ports.score_board import ScoreBoard
from stayline.ports.serving_figures import ServingFigures
from stayline.ports.waiver_book import WaiverBook
from stores import SetClock

Adapter = TypeVar("Adapter")
CALLS_MADE: dict[type, set[str]] = defaultdict(set)
"""What each adapter asked AWS for in this process, ``dynamodb.get_item``."""


class AwsBackend:
    """Opens each adapter anew, with new clients, on the same stack."""

    def __init__(self) -> None:
        self._resources = new_stack()

    @property
    def resources(self) -> Resources:
        return self._resources

    def alarms(self) -> AlarmBook:
        return self._open(DynamoAlarmBook)

    def jobs(self) -> JobBook:
        return self._open(DynamoJobBook)

    def metric_log(self) -> MetricLog:
        return self._open(DynamoMetricLog, SetClock())

    def notifier(self) -> Notifier:
        return self._open(SnsNotifier)

    def scores(self) -> ScoreBoard:
        return self._open(DynamoScoreBoard, lambda token: (token,))

    def serving(self) -> ServingFigures:
        return self._open(CloudWatchServingFigures)

    def waivers(self) -> WaiverBook:
        return self._open(DynamoWaiverBook)

    def close(self) -> None:
        for adapter, calls in CALLS_MADE.items():
            undeclared = calls - adapter.CALLS
            assert not undeclared, f"{adapter.__name__} makes calls it does not declare"

    def _open(self, adapter: type[Adapter], *rest: object) -> Adapter:
        clients = Clients(self._resources)
        recording(clients, CALLS_MADE[adapter])
        return adapter(clients, *rest)

    def __getattr__(self, port: str) -> object:
        pytest.skip(f"no adapter of AWS for {port} yet")
