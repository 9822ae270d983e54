"""The AWS adapters over a stack of their own in a fake AWS, with every call they make recorded."""

from collections import defaultdict
from typing import Any, TypeVar

import pytest

from fake_aws import clients_of, everything, new_stack, recording
from stayline.adapters.aws.answer_book import S3AnswerBook
from stayline.adapters.aws.capture_log import S3CaptureLog
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.extract_files import S3ExtractFiles
from stayline.adapters.aws.outcome_book import S3OutcomeBook
from stayline.adapters.aws.protected_attributes import S3ProtectedAttributes
from stayline.adapters.aws.remnants import S3Remnants
from stayline.adapters.aws.report_shelf import S3ReportShelf
from stayline.adapters.aws.stores_check import AwsStoresCheck
from stayline.adapters.aws.waiver_book import DynamoWaiverBook
from stayline.ports.answer_book import AnswerBook
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.extract_files import ExtractFiles
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.remnants import Remnants
from stayline.ports.report_shelf import ReportShelf
from stayline.ports.stores_check import StoresCheck
from stayline.ports.waiver_book import WaiverBook

Adapter = TypeVar("Adapter")
CALLS_MADE: dict[type, set[str]] = defaultdict(set)
"""What each adapter asked AWS for in this process, ``dynamodb.get_item``."""


class AwsBackend:
    """Opens each adapter anew, with new clients, on the same stack."""

    def __init__(self) -> None:
        self._resources = new_stack()

    def answers(self) -> AnswerBook:
        return self._open(S3AnswerBook)

    def capture(self) -> CaptureLog:
        return self._open(S3CaptureLog)

    def everything(self) -> bytes:
        return everything(self._resources)

    def extract(self, place: str, name: str) -> bytes | None:
        found = self._s3.list_objects_v2(Bucket=self._resources.data_bucket)
        key = f"extracts/{place}/{name}"
        if key not in [one["Key"] for one in found.get("Contents", ())]:
            return None
        return self._s3.get_object(Bucket=self._resources.data_bucket, Key=key)["Body"].read()

    def extracts(self, directory: Directory) -> ExtractFiles:
        return self._open(S3ExtractFiles, directory)

    def outcomes(self) -> OutcomeBook:
        return self._open(S3OutcomeBook)

    def protected(self, clock: Clock) -> ProtectedAttributes:
        return self._open(S3ProtectedAttributes, clock)

    def put_extract(self, place: str, name: str, content: bytes) -> None:
        key = f"extracts/{place}/{name}"
        self._s3.put_object(Bucket=self._resources.data_bucket, Key=key, Body=content)

    def remnants(self) -> Remnants:
        return self._open(S3Remnants)

    def reports(self) -> ReportShelf:
        return self._open(S3ReportShelf)

    def stores_check(self) -> StoresCheck:
        return self._open(AwsStoresCheck)

    def waivers(self) -> WaiverBook:
        return self._open(DynamoWaiverBook)

    def close(self) -> None:
        for adapter, calls in CALLS_MADE.items():
            undeclared = calls - adapter.CALLS
            assert not undeclared, f"{adapter.__name__} makes calls it does not declare"

    @property
    def _s3(self) -> Any:
        return clients_of(self._resources).of("s3")

    def _open(self, adapter: type[Adapter], *rest: object) -> Adapter:
        clients = Clients(self._resources)
        recording(clients, CALLS_MADE[adapter])
        return adapter(clients, *rest)

    def __getattr__(self, port: str) -> object:
        pytest.skip(f"no adapter of AWS for {port} yet")
