"""The score board in DynamoDB."""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import polars as pl

from stayline.adapters.aws.clients import Clients, our_errors
from stayline.adapters.aws.each_write import AT_ONCE, Call, write_each
from stayline.adapters.aws.lease import Leases
from stayline.adapters.aws.score_items import (
    FoundScore,
    forgotten,
    found,
    instant,
    key,
    move,
    put_entry,
    puts_of_run,
    removal,
    scored_at,
    stay,
)
from stayline.adapters.aws.score_pages import everybody, many_items
from stayline.adapters.aws.scoring_runs import ScoringRuns
from stayline.adapters.aws.table import Table
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, counted_ages
from stayline.domain.risk_score import FieldValue, ModelIdentity
from stayline.errors import ScoringUnderWay
from stayline.ports.aged_records import NOBODY
from stayline.ports.feature_store import TOKEN
from stayline.ports.score_board import BoardEntry, KeptRisk, ScoringRun

LASTS = timedelta(days=4 * 366 + 30)
"""When DynamoDB itself removes a score: a month after the longest that a law may want it kept."""
_STORE = "the score board"


class DynamoScoreBoard:
    """Keeps one item a person, in a partition by the first digit of the token.

    Every write is conditional, so of two writers the newer score stays whoever comes last. What
    tells of everybody reads sixteen partitions page by page and holds no more than it returns.
    `purge` is what removes scores in time; behind it stands each item's own ``expires_at``, for a
    stack whose jobs no longer run. `purge` takes that from the scores of people who are held.
    """

    CALLS = Leases.CALLS | frozenset(
        {
            "dynamodb.batch_get_item",
            "dynamodb.batch_write_item",
            "dynamodb.delete_item",
            "dynamodb.get_item",
            "dynamodb.put_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
            "dynamodb.update_item",
        }
    )

    def __init__(
        self,
        clients: Clients,
        known_as: Callable[[EmployeeToken], Sequence[EmployeeToken]],
        *,
        lasts: timedelta = LASTS,
    ) -> None:
        """``known_as`` tells every token that a person has had."""
        self._clients = clients
        self._known_as = known_as
        self._lasts = lasts
        self._table = clients.resources.state_table
        self._items = Table(clients, self._table, bytes, _STORE)
        self._runs = ScoringRuns(clients)
        self._leases = Leases(clients, _STORE)

    def put(self, entries: Sequence[BoardEntry]) -> bool:
        """Keep these scores unless somebody else writes one of them this very moment."""
        newest: dict[EmployeeToken, BoardEntry] = {}
        for entry in entries:
            other = newest.get(entry.token)
            if other is None or other.scored_at <= entry.scored_at:
                newest[entry.token] = entry
        if not newest:
            return True
        run = self._runs.number()
        stood = self._found(list(newest))
        puts = (
            put_entry(self._table, entry, stood.get(token), run, self._lasts)
            for token, entry in newest.items()
        )
        made = [write_each(self._clients, _STORE, p, is_patient=False) for p in _parts(puts)]
        return None not in made

    def find(self, token: EmployeeToken) -> BoardEntry | None:
        """Return the kept score of a person, under whichever of their tokens it stands."""
        item = self._item(token) or self._item_elsewhere(token)
        if item is None:
            return None
        return replace(found(item).entry(self._runs.inputs), token=token)

    def risks(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, KeptRisk]:
        """Return the kept scores of those of these people who have one, a hundred a call."""
        return {token: one.light for token, one in self._found(tokens).items()}

    def highest(self, limit: int) -> list[KeptRisk]:
        """Return at most so many kept scores, highest risk first; everybody's are read."""
        return [one.light for one in self._ranked(limit)]

    def entries(self, limit: int | None = None) -> list[BoardEntry]:
        """Return the kept scores, highest risk first; up to ``limit`` are in memory."""
        return [one.entry(self._runs.inputs) for one in self._ranked(limit)]

    def erase(self, token: EmployeeToken) -> bool:
        """Remove a person's score, under whichever token it stands."""
        gone = []
        for theirs in self._known_as(token):
            with our_errors(_STORE):
                answer = self._dynamodb.delete_item(
                    TableName=self._table, Key=key(theirs), ReturnValues="ALL_OLD"
                )
            gone.append("Attributes" in answer)
        return any(gone)

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias``; a run that was cut off begins anew.

        A person's score moves whole, some people at a time. Done again, it moves what is left.
        """
        self._runs.begin_anew()
        for some in renames.select("alias", "token").iter_slices(AT_ONCE // 2):
            moved = [
                call
                for alias, token in some.iter_rows()
                if (item := self._item(alias)) is not None
                for call in move(self._table, item, token)
            ]
            self._written(moved)

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the scores are."""
        seen = self._everybody(ProjectionExpression="sk, scored_at")
        return counted_ages(((scored_at(one), one["sk"]["S"]) for one in seen), before, held)

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove scores from before that time, with the inputs in their reasons.

        One that is replaced meanwhile stays. What newer ones hold of a month before goes, too.
        """
        self._forget_earlier(before, held)
        old = self._everybody(
            FilterExpression="scored_at < :before",
            values={":before": instant(before)},
            ProjectionExpression="sk, scored_at, expires_at",
        )
        gone = 0
        for part in _parts(old):
            due = [one for one in part if one["sk"]["S"] not in held]
            theirs = [one for one in part if one["sk"]["S"] in held and "expires_at" in one]
            gone += self._written([removal(self._table, one) for one in due])
            self._written([stay(self._table, one) for one in theirs])
        return gone

    def take_down(self, tokens: Collection[EmployeeToken]) -> None:
        """Remove these people's scores, some at a time."""
        self._items.remove_all((key(one)["pk"]["S"], one) for one in tokens)

    def take_down_older(self, run: ScoringRun) -> None:
        """Remove every score from before a run began; one that is replaced meanwhile stays."""
        older = self._everybody(
            FilterExpression="of_run <> :run",
            values={":run": {"N": str(run.number)}},
            ProjectionExpression="sk, scored_at",
        )
        for part in _parts(older):
            self._written([removal(self._table, one) for one in part])

    def scoring_alone(self) -> AbstractContextManager[None]:
        """Hold the only run over everyone, by a lease."""
        return self._leases.held("scoring", ScoringUnderWay())

    def begin_run(
        self, model: ModelIdentity, assumed: Mapping[str, FieldValue], *, at: datetime
    ) -> ScoringRun:
        """Note that a run over everyone begins, by a model with these inputs."""
        return self._runs.begin(model, assumed, at)

    def unfinished_run(self) -> ScoringRun | None:
        """Return the newest run unless it came to its end."""
        return self._runs.unfinished()

    def keep(
        self, run: ScoringRun, scored: pl.DataFrame, values: pl.DataFrame, *, scored_at: datetime
    ) -> None:
        """Keep a chunk's scores, and then how far the run has come, see `ScoringRuns.keep`."""
        stood = self._found(scored.get_column(TOKEN).to_list())
        puts = puts_of_run(self._table, run, scored, values, stood, scored_at, self._lasts)
        self._runs.keep(run, list(puts))

    def end_run(self, run: ScoringRun, *, at: datetime) -> None:
        """Note that a run has come to its end."""
        self._runs.end(run)

    @property
    def _dynamodb(self) -> Any:
        return self._clients.of("dynamodb")

    def _item(self, token: str) -> dict[str, Any] | None:
        with our_errors(_STORE):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=key(token), ConsistentRead=True
            )
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _item_elsewhere(self, token: EmployeeToken) -> dict[str, Any] | None:
        """Return the item under another token; older ones first, the way in which scores move."""
        older_first = reversed(self._known_as(token))
        return next((item for one in older_first if (item := self._item(one))), None)

    def _ranked(self, limit: int | None) -> list[FoundScore]:
        everybody = map(found, self._everybody())
        if limit is None:
            return sorted(everybody, key=_rank)
        return heapq.nsmallest(limit, everybody, key=_rank)

    def _found(self, tokens: Sequence[EmployeeToken]) -> dict[EmployeeToken, FoundScore]:
        items = many_items(self._clients, _STORE, [key(token) for token in dict.fromkeys(tokens)])
        return {one.token: one for one in map(found, items)}

    def _forget_earlier(self, before: datetime, held: AbstractSet[EmployeeToken]) -> None:
        for part in _parts(self._everybody()):
            both = [(found(item), item) for item in part]
            due = [
                forgotten(self._table, one, item)
                for one, item in both
                if one.token not in held
                and one.kept.earlier is not None
                and one.kept.earlier.scored_at < before
            ]
            self._written(due)

    def _everybody(self, **query: Any) -> Iterator[dict[str, Any]]:
        return everybody(self._clients, _STORE, **query)

    def _written(self, calls: list[Call]) -> int:
        return write_each(self._clients, _STORE, calls) or 0


def _parts(some: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(some)
    while part := list(islice(left, AT_ONCE)):
        yield part


def _rank(one: FoundScore) -> tuple[float, str]:
    return -one.kept.risk, one.token
