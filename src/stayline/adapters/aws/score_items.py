"""One person's kept score as an item of DynamoDB: less than a kilobyte with thirty reasons."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import polars as pl

from stayline.adapters.aws.each_write import Call
from stayline.domain.alert_policy import Band
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity, Reason
from stayline.formats.kept_reasons import packed_reasons, read_reasons
from stayline.ports.feature_store import TOKEN
from stayline.ports.score_board import BoardEntry, EarlierScore, KeptRisk, ScoringRun

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class KeptScore(msgspec.Struct, frozen=True, array_like=True):
    """What an item holds besides its keys; ``packed`` reasons stand for those not yet told."""

    risk: float
    band: Band
    version: int
    digest: str
    prediction_id: str | None
    base_risk: float | None
    reasons: tuple[Reason, ...]
    packed: bytes | None
    earlier: EarlierScore | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KeptScore).decode


@dataclass(frozen=True, slots=True)
class FoundScore:
    """An item as it was read."""

    token: EmployeeToken
    kept: KeptScore
    scored_at: datetime

    def entry(self, inputs: Callable[[str], str]) -> BoardEntry:
        """Return it with its reasons in words; ``inputs`` tells a model's by its digest."""
        kept, packed = self.kept, self.kept.packed
        reasons = kept.reasons if packed is None else read_reasons(packed, inputs(kept.digest))
        model = ModelIdentity(kept.version, kept.digest)
        return BoardEntry(
            self.token, kept.risk, kept.band, reasons, model, self.scored_at,
            kept.prediction_id, kept.base_risk, kept.earlier,
        )  # fmt: skip

    @property
    def light(self) -> KeptRisk:
        """The score without its reasons."""
        kept, model = self.kept, ModelIdentity(self.kept.version, self.kept.digest)
        return KeptRisk(
            self.token, kept.risk, kept.band, model, self.scored_at,
            kept.prediction_id, kept.base_risk, kept.earlier,
        )  # fmt: skip

    def carried(self, at: datetime) -> EarlierScore | None:
        """Return what is kept of a month before once a score of ``at`` takes this one's place."""
        if (self.scored_at.year, self.scored_at.month) >= (at.year, at.month):
            return self.kept.earlier
        model = ModelIdentity(self.kept.version, self.kept.digest)
        return EarlierScore(self.kept.risk, model, self.scored_at)


def found(item: dict[str, Any]) -> FoundScore:
    """Return what an item tells."""
    token = EmployeeToken(item["sk"]["S"])
    return FoundScore(token, _decode(item["body"]["B"]), scored_at(item))


def scored_at(item: dict[str, Any]) -> datetime:
    """Return when an item's score was made."""
    return _EPOCH + int(item["scored_at"]["N"]) * _MICROSECOND


def key(token: str) -> dict[str, Any]:
    """Return where a person's score stands."""
    return {"pk": {"S": f"score#{token[:1]}"}, "sk": {"S": token}}


def instant(at: datetime) -> dict[str, str]:
    """Return an aware instant as a number of microseconds."""
    return {"N": str((at - _EPOCH) // _MICROSECOND)}


def put_entry(
    table: str, entry: BoardEntry, stood: FoundScore | None, run: int, lasts: timedelta
) -> Call:
    """Return the write of one score, which no newer one is replaced by."""
    kept = KeptScore(
        entry.risk, entry.band, entry.model.version, entry.model.digest, entry.prediction_id,
        entry.base_risk, entry.reasons, None,
        None if stood is None else stood.carried(entry.scored_at),
    )  # fmt: skip
    put = _put(table, entry.token, kept, entry.scored_at, run, lasts)
    condition = "attribute_not_exists(pk) OR scored_at <= :at"
    values = {":at": instant(entry.scored_at)}
    return {"Put": put | {"ConditionExpression": condition, "ExpressionAttributeValues": values}}


def puts_of_run(
    table: str,
    run: ScoringRun,
    scored: pl.DataFrame,
    values: pl.DataFrame,
    stood: Mapping[EmployeeToken, FoundScore],
    at: datetime,
    lasts: timedelta,
) -> Iterator[Call]:
    """Yield the writes of a run's scores, which replace newer ones only from before the run.

    ``stood`` is what stands there by token, for what is carried on of it.
    """
    condition = "attribute_not_exists(pk) OR scored_at <= :at OR of_run < :run"
    named = {":at": instant(at), ":run": {"N": str(run.number)}}
    rows = scored.select(TOKEN, "risk", "band", "base_risk").iter_rows()
    packed = packed_reasons(scored.get_column("contributions"), values)
    for (token, risk, band, base), reasons in zip(rows, packed, strict=True):
        model = run.model
        before = stood[token].carried(at) if token in stood else None
        kept = KeptScore(
            risk, Band(band), model.version, model.digest, None, base, (), reasons, before
        )
        put = _put(table, token, kept, at, run.number, lasts)
        yield {"Put": put | {"ConditionExpression": condition, "ExpressionAttributeValues": named}}


def _put(
    table: str, token: str, kept: KeptScore, at: datetime, run: int, lasts: timedelta
) -> dict[str, Any]:
    item = key(token) | {
        "body": {"B": _encode(kept)},
        "scored_at": instant(at),
        "of_run": {"N": str(run)},
        "expires_at": {"N": str(int((at + lasts).timestamp()))},
    }
    return {"TableName": table, "Item": item}


def move(table: str, item: dict[str, Any], token: str) -> tuple[Call, Call]:
    """Return the writes by which an item stands under another token, unless a newer one does."""
    put = {
        "TableName": table,
        "Item": item | key(token),
        "ConditionExpression": "attribute_not_exists(pk) OR scored_at <= :at",
        "ExpressionAttributeValues": {":at": item["scored_at"]},
    }
    return {"Put": put}, removal(table, item)


def removal(table: str, item: dict[str, Any]) -> Call:
    """Return the write by which an item goes, unless its score was replaced since it was read."""
    return {"Delete": _unless_replaced(table, item)}


def forgotten(table: str, one: FoundScore, item: dict[str, Any]) -> Call:
    """Return the write by which what is kept of a month before goes, unless it was replaced."""
    update = _unless_replaced(table, item)
    kept = msgspec.structs.replace(one.kept, earlier=None)
    update["ExpressionAttributeValues"] |= {":body": {"B": _encode(kept)}}
    return {"Update": update | {"UpdateExpression": "SET body = :body"}}


def stay(table: str, item: dict[str, Any]) -> Call:
    """Return the write by which DynamoDB lets an item be, unless its score was replaced."""
    return {"Update": _unless_replaced(table, item) | {"UpdateExpression": "REMOVE expires_at"}}


def _unless_replaced(table: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key(item["sk"]["S"]),
        "ConditionExpression": "scored_at = :seen",
        "ExpressionAttributeValues": {":seen": item["scored_at"]},
    }
