"""SageMaker's Feature Store runtime: the newest record of a person, as texts."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.errors import StoreUnavailable

MOST_AT_ONCE = 100
"""People that one request may ask for."""
_WHAT = "the online feature store"
_PARTS = {"Records", "Errors", "UnprocessedIdentifiers"}
_AT_THE_SAME_TIME = 8
"""Writes under way; a client keeps ten connections."""
_TRIES = 6
_FIRST_WAIT_S = 0.05

Record = dict[str, str]


class FeatureRuntime:
    """Reads and writes records of feature groups by name.

    SageMaker keeps a record only where its event time, here ``commit_order``, is later than that of
    the one it has; what it is asked right after may still be what was there before.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def put(self, group: str, records: Iterable[Record]) -> None:
        """Keep records, each unless a later one is there."""

        def put_one(record: Record) -> None:
            features = [
                {"FeatureName": name, "ValueAsString": text} for name, text in record.items()
            ]
            with our_errors(_WHAT):
                self._runtime.put_record(FeatureGroupName=group, Record=features)

        self._all(put_one, records)

    def get(
        self, groups: Sequence[str], tokens: Sequence[str], features: Sequence[str] = ()
    ) -> Mapping[str, Mapping[str, Record]]:
        """Return by group and token what there is of these people, all of it or these features.

        One person is asked for in this way, too: an answer of GetRecord that was cut off reads as
        if there were no such person. Raises `StoreUnavailable` where AWS leaves somebody out
        however often it is asked.
        """
        found: dict[str, dict[str, Record]] = {group: {} for group in groups}
        people = list(dict.fromkeys(tokens))
        for start in range(0, len(people), MOST_AT_ONCE):
            part = people[start : start + MOST_AT_ONCE]
            named = {"FeatureNames": list(features)} if features else {}
            asked = [
                {"FeatureGroupName": group, "RecordIdentifiersValueAsString": part, **named}
                for group in groups
            ]
            for one in self._batch(asked):
                token = one["RecordIdentifierValueAsString"]
                found[one["FeatureGroupName"]][token] = _record(one["Record"])
        return found

    def remove(self, group: str, tokens: Iterable[str], order: str) -> None:
        """Remove records physically; ``order`` must be later than theirs."""

        def remove_one(token: str) -> None:
            with our_errors(_WHAT):
                self._runtime.delete_record(
                    FeatureGroupName=group,
                    RecordIdentifierValueAsString=token,
                    EventTime=order,
                    DeletionMode="HardDelete",
                )

        self._all(remove_one, tokens)

    @property
    def _runtime(self) -> Any:
        return self._clients.of("sagemaker-featurestore-runtime")

    def _batch(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        from botocore.exceptions import ClientError

        found = []
        for attempt in range(_TRIES):
            with our_errors(_WHAT):
                answer = self._runtime.batch_get_record(Identifiers=asked)
                if not answer.keys() >= _PARTS:
                    raise StoreUnavailable(_WHAT, "an answer was cut off.")
                for error in answer["Errors"]:
                    told = {"Code": error["ErrorCode"], "Message": error["ErrorMessage"]}
                    raise ClientError({"Error": told}, "BatchGetRecord")
            found += answer["Records"]
            asked = answer["UnprocessedIdentifiers"]
            if not asked:
                return found
            time.sleep(_FIRST_WAIT_S * 2**attempt)
        raise StoreUnavailable(_WHAT, "AWS left people unread.")

    @staticmethod
    def _all(call: Any, arguments: Iterable[Any]) -> None:
        with ThreadPoolExecutor(_AT_THE_SAME_TIME) as pool:
            for _done in pool.map(call, arguments):
                continue


def _record(features: Iterable[Mapping[str, str]]) -> Record:
    return {one["FeatureName"]: one["ValueAsString"] for one in features}
