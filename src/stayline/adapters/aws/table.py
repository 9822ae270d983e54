"""Values in a DynamoDB table, each under a partition and a place in its order."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.errors import StoreDamaged, StoreUnavailable

Value = TypeVar("Value")
BY_BOOK = "by_book"
"""The index of all items of a book, in order; it follows the table within a moment."""
_WRITES_A_CALL = 25
_WRITES_A_TRANSACTION = 100
_READS_A_CALL = 100
_TRIES = 8
_FIRST_WAIT_S = 0.02


@dataclass(frozen=True, slots=True)
class Item(Generic[Value]):
    """A value and where it stands.

    ``partition`` is who or what it is about, prefixed by its book (``decision#<token>``), and
    ``place`` its order there. With a ``book``, `Table.of_book` finds it among all of that book, in
    the order of ``book_place``.
    """

    partition: str
    place: str
    value: Value
    book: str | None = None
    book_place: str = " "


@dataclass(frozen=True, slots=True)
class Write:
    """One write of several that land together: a put, or with ``item`` None a removal.

    ``if_new``: only where nothing stands there. ``if_value``: only where this very value does.
    ``is_check``: nothing is written here, but the others land only where the condition holds.
    """

    partition: str
    place: str
    item: Item[Any] | None = None
    if_new: bool = False
    if_value: Any = None
    is_check: bool = False


class Table(Generic[Value]):
    """Keeps values of one type as JSON, to the last bit of a float; reads are consistent.

    ``what`` names the store in errors. Every read goes on over pages for as long as there are any,
    and raises `StoreDamaged` where what stands there is no such value.
    """

    def __init__(self, clients: Clients, table: str, value: type[Value], what: str) -> None:
        self._clients = clients
        self._table = table
        self._decode: Callable[[bytes], Value] = msgspec.json.Decoder(value).decode
        self._what = what

    def get(self, partition: str, place: str) -> Value | None:
        """Return what stands there."""
        with our_errors(self._what):
            found = self._dynamodb.get_item(
                TableName=self._table,
                Key=_key(partition, place),
                ConsistentRead=True,
                ReturnConsumedCapacity="TOTAL",
            )
        self._check_whole(found, "ConsumedCapacity")
        return self._value(found["Item"]) if "Item" in found else None

    def get_all(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Value]:
        """Return what stands at these partitions and places, by both; nothing where nothing is."""
        asked = list(dict.fromkeys(keys))
        found: dict[tuple[str, str], Value] = {}
        for start in range(0, len(asked), _READS_A_CALL):
            some = [_key(*key) for key in asked[start : start + _READS_A_CALL]]
            left: Any = {self._table: {"Keys": some, "ConsistentRead": True}}
            attempt = 0
            with our_errors(self._what):
                while left:
                    answer = self._dynamodb.batch_get_item(RequestItems=left)
                    for one in answer["Responses"].get(self._table, ()):
                        found[one["pk"]["S"], one["sk"]["S"]] = self._value(one)
                    left = answer.get("UnprocessedKeys")
                    if left:  # an answer in part: DynamoDB asks for a moment
                        attempt = self._waited(attempt)
        return found

    def put(self, item: Item[Value]) -> None:
        """Keep a value, in place of what stood there."""
        with our_errors(self._what):
            self._dynamodb.put_item(TableName=self._table, Item=_attributes(item))

    def put_new(self, item: Item[Value]) -> bool:
        """Keep a value unless something stands there; return whether it was kept."""
        return self.write([Write(item.partition, item.place, item, if_new=True)])

    def swap(self, before: Value | None, item: Item[Value]) -> bool:
        """Keep a value where ``before`` stands (None: nothing); return whether it was kept."""
        write = Write(item.partition, item.place, item, if_new=before is None, if_value=before)
        return self.write([write])

    def write(self, writes: Sequence[Write]) -> bool:
        """Make at most 100 writes, all or none; False where a condition does not hold."""
        if not writes:
            return True
        if len(writes) > _WRITES_A_TRANSACTION:
            raise ValueError(f"a transaction holds {_WRITES_A_TRANSACTION} writes at most")
        from botocore.exceptions import ClientError

        calls = [self._call(write) for write in writes]
        with our_errors(self._what):
            for attempt in range(_TRIES):
                try:
                    self._dynamodb.transact_write_items(TransactItems=calls)
                except ClientError as error:
                    met = {one.get("Code") for one in error.response.get("CancellationReasons", [])}
                    if "ConditionalCheckFailed" in met:
                        return False
                    if "TransactionConflict" not in met or attempt + 1 == _TRIES:
                        raise
                    time.sleep(_FIRST_WAIT_S * 2**attempt)  # somebody else writes there just now
                else:
                    return True
        raise AssertionError("the last try returns or raises")

    def put_all(self, items: Iterable[Item[Value]]) -> None:
        """Keep many values, some at a time; killed meanwhile, some of them are kept."""
        self._batched([{"PutRequest": {"Item": _attributes(item)}} for item in items])

    def remove_all(self, keys: Iterable[tuple[str, str]]) -> int:
        """Remove what stands at these partitions and places; return how many keys there were."""
        requests = [{"DeleteRequest": {"Key": _key(*key)}} for key in keys]
        self._batched(requests)
        return len(requests)

    def query(
        self,
        partition: str,
        *,
        first: str = "",
        last: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item[Value]]:
        """Yield a partition's items from place ``first`` up to, and with, ``last``, in order.

        With ``limit`` at most so many, and no more than these are read.
        """
        condition, values = _between("pk", partition, "sk", first, last)
        found = self._pages(
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
            **({} if limit is None else {"Limit": max(limit, 1)}),
        )
        yield from islice(found, limit)

    def of_book(
        self,
        book: str,
        *,
        first: str = "",
        last: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[Item[Value]]:
        """Yield all items of a book from ``first`` up to, and with, ``last``, by `book_place`."""
        condition, values = _between("book", book, "book_place", first, last)
        yield from self._pages(
            IndexName=BY_BOOK,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=not newest_first,
        )

    @property
    def _dynamodb(self) -> Any:
        return self._clients.of("dynamodb")

    def _pages(self, **query: Any) -> Iterator[Item[Value]]:
        start: dict[str, Any] = {}
        while True:
            with our_errors(self._what):
                page = self._dynamodb.query(TableName=self._table, **query, **start)
            self._check_whole(page, "Items")
            for found in page["Items"]:
                yield self._item(found)
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _check_whole(self, answer: dict[str, Any], part: str) -> None:
        """Raise `StoreUnavailable` for an answer cut off, which boto takes for an empty one."""
        if part not in answer:
            raise StoreUnavailable(self._what, "AWS's answer was cut off.")

    def _batched(self, requests: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(requests), _WRITES_A_CALL):
            left: Any = {self._table: requests[start : start + _WRITES_A_CALL]}
            attempt = 0
            with our_errors(self._what):
                while left:
                    answer = self._dynamodb.batch_write_item(RequestItems=left)
                    left = answer.get("UnprocessedItems")
                    if left:
                        attempt = self._waited(attempt)

    def _waited(self, attempt: int) -> int:
        """Wait for longer each time; raises `StoreUnavailable` once that was long enough."""
        if attempt + 1 == _TRIES:
            raise StoreUnavailable(self._what, "AWS takes only a part of what it is asked.")
        time.sleep(_FIRST_WAIT_S * 2**attempt)
        return attempt + 1

    def _call(self, write: Write) -> dict[str, Any]:
        call: dict[str, Any] = {"TableName": self._table}
        if write.if_new:
            call["ConditionExpression"] = "attribute_not_exists(pk)"
        elif write.if_value is not None:
            call["ConditionExpression"] = "body = :before"
            call["ExpressionAttributeValues"] = {":before": _body(write.if_value)}
        if write.is_check:
            return {"ConditionCheck": call | {"Key": _key(write.partition, write.place)}}
        if write.item is None:
            return {"Delete": call | {"Key": _key(write.partition, write.place)}}
        return {"Put": call | {"Item": _attributes(write.item)}}

    def _item(self, found: dict[str, Any]) -> Item[Value]:
        partition, place, value = found["pk"]["S"], found["sk"]["S"], self._value(found)
        if "book" not in found:
            return Item(partition, place, value)
        return Item(partition, place, value, found["book"]["S"], found["book_place"]["S"])

    def _value(self, found: dict[str, Any]) -> Value:
        try:
            return self._decode(found["body"]["B"])
        except msgspec.MsgspecError as error:
            raise StoreDamaged(_sentence(self._what), "it holds what cannot be read.") from error


def _sentence(what: str) -> str:
    return what[:1].upper() + what[1:]


def _key(partition: str, place: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": place}}


def _body(value: object) -> dict[str, bytes]:
    return {"B": msgspec.json.encode(value)}


def _attributes(item: Item[Any]) -> dict[str, Any]:
    attributes = _key(item.partition, item.place) | {"body": _body(item.value)}
    if item.book is not None:
        attributes |= {"book": {"S": item.book}, "book_place": {"S": item.book_place}}
    return attributes


def _between(
    hash_name: str, hash_value: str, name: str, first: str, last: str | None
) -> tuple[str, dict[str, Any]]:
    values = {":hash": {"S": hash_value}}
    condition = f"{hash_name} = :hash"
    if last is not None:
        values |= {":first": {"S": first or " "}, ":last": {"S": last}}
        return f"{condition} AND {name} BETWEEN :first AND :last", values
    if first:
        return f"{condition} AND {name} >= :first", values | {":first": {"S": first}}
    return condition, values
