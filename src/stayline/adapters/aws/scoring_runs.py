"""The newest run over everyone in DynamoDB, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.each_write import AT_ONCE, Call, write_each
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.clients import code_of
from stayline.domain.risk_score import FieldValue, ModelIdentity
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.kept_reasons import inputs_text
from stayline.ports.score_board import ScoringRun

_KEY = {"pk": {"S": "score-run"}, "sk": {"S": "newest"}}
_INPUTS = "score-inputs"
_STORE = "the score board"


class ScoringRuns:
    """Keeps one item for the newest run, and one for the inputs of each model that ran."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._table = clients.resources.state_table
        self._inputs = Table(clients, self._table, str, _STORE)
        self._read: dict[str, str] = {}

    def number(self) -> int:
        """Return the newest run's number; 0 before the first."""
        item = self._item()
        return 0 if item is None else int(item["of_run"]["N"])

    def begin(
        self, model: ModelIdentity, assumed: Mapping[str, FieldValue], at: datetime
    ) -> ScoringRun:
        """Note that a run begins; of two that begin at once each gets a number of its own."""
        self._inputs.put(Item(_INPUTS, model.digest, inputs_text(assumed)))
        while True:
            before = self.number()
            run = ScoringRun(before + 1, model, at, "", {}, 0, 0)
            condition = "of_run = :before" if before else "attribute_not_exists(pk)"
            named: dict[str, Any] = {":before": {"N": str(before)}} if before else {}
            put = {"TableName": self._table, "Item": _attributes(run)}
            put |= {"ConditionExpression": condition}
            put |= {"ExpressionAttributeValues": named} if named else {}
            if write_each(self._clients, _STORE, [{"Put": put}]):
                return run

    def unfinished(self) -> ScoringRun | None:
        """Return the newest run unless it came to its end."""
        item = self._item()
        if item is None or "has_ended" in item:
            return None
        return msgspec.json.decode(item["body"]["B"], type=ScoringRun)

    def begin_anew(self) -> None:
        """Let a run that was cut off begin anew: it goes by the order of tokens."""
        run = self.unfinished()
        if run is None or not run.after:
            return
        anew = replace(run, after="", by_band={}, opted_out=0, gone=0, outside=0)
        put = {
            "TableName": self._table,
            "Item": _attributes(anew),
            "ConditionExpression": "of_run = :run AND attribute_not_exists(has_ended)",
            "ExpressionAttributeValues": {":run": {"N": str(run.number)}},
        }
        write_each(self._clients, _STORE, [{"Put": put}])

    def keep(self, run: ScoringRun, puts: Sequence[Call]) -> None:
        """Write scores as long as nobody has taken the run further, and take it further with them.

        Some at a time, each part only while the run stands where it did, the last one together with
        how far it has come. Killed in between, the run stands where it did and the part is written
        again; who fell behind writes nothing more.
        """
        parts = [puts[start : start + AT_ONCE] for start in range(0, len(puts), AT_ONCE)] or [()]
        for number, part in enumerate(parts, 1):
            guard = self._further(run) if number == len(parts) else self._still(run)
            if write_each(self._clients, _STORE, part, guard=guard) is None:
                problem = "another run over everyone is at work, and is further than this one."
                raise StoreUnavailable("The score board", problem)

    def end(self, run: ScoringRun) -> None:
        """Note that a run has come to its end, unless a newer one has begun."""
        from botocore.exceptions import ClientError

        with our_errors(_STORE):
            try:
                self._clients.of("dynamodb").update_item(
                    TableName=self._table,
                    Key=_KEY,
                    UpdateExpression="SET has_ended = :yes",
                    ConditionExpression="of_run = :run",
                    ExpressionAttributeValues={
                        ":yes": {"BOOL": True},
                        ":run": {"N": str(run.number)},
                    },
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise

    def inputs(self, digest: str) -> str:
        """Return a model's inputs as they were noted; read once, for they never change."""
        known = self._read.get(digest) or self._inputs.get(_INPUTS, digest)
        if known is None:
            raise StoreDamaged("The score board", f"the inputs of model {digest} are gone.")
        self._read[digest] = known
        return known

    def _item(self) -> dict[str, Any] | None:
        with our_errors(_STORE):
            answer = self._clients.of("dynamodb").get_item(
                TableName=self._table, Key=_KEY, ConsistentRead=True
            )
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _still(self, run: ScoringRun) -> Call:
        return {"ConditionCheck": self._condition(run)}

    def _further(self, run: ScoringRun) -> Call:
        put = self._condition(run)
        del put["Key"]
        return {"Put": put | {"Item": _attributes(run)}}

    def _condition(self, run: ScoringRun) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": _KEY,
            "ConditionExpression": (
                "of_run = :run AND reached < :after AND attribute_not_exists(has_ended)"
            ),
            "ExpressionAttributeValues": {
                ":run": {"N": str(run.number)},
                ":after": {"S": run.after},
            },
        }


def _attributes(run: ScoringRun) -> dict[str, Any]:
    return _KEY | {
        "body": {"B": msgspec.json.encode(run)},
        "of_run": {"N": str(run.number)},
        "reached": {"S": run.after},
    }
