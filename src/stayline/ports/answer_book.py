"""Answers without their inputs, until it is known what became of the people."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.aged_records import AgedRecords
from stayline.ports.feature_store import INSTANT

ANSWER_TYPES = {
    "event_id": pl.String(),
    "inference_id": pl.String(),
    "inferred_at": INSTANT,
    "token": pl.String(),
    "risk": pl.Float64(),
    "model_version": pl.Int64(),
}
"""The columns of an answer; only ``inference_id`` and ``token`` may be null."""


class AnswerBook(AgedRecords, Protocol):
    """Keeps what was answered for longer than the captured inputs may be kept.

    Whether somebody left within half a year is known only when the inputs are purged already; to
    judge the answers then takes no inputs.
    """

    def add(self, answers: pl.DataFrame) -> int:
        """Keep the answers, all or none; return how many were new.

        ``answers`` has the columns `ANSWER_TYPES`; others are not kept. An event that is there
        already, or comes twice, changes nothing.
        """
        ...

    def between(self, start: datetime, end: datetime, *, model_version: int) -> pl.DataFrame:
        """Return a version's answers with ``start <= inferred_at < end``, by time and event."""
        ...

    def times(self, *, model_version: int) -> tuple[datetime, datetime] | None:
        """Return when a version gave its first and its last answer; None without any. Quick."""
        ...

    def standing(self, tokens: pl.Series) -> pl.Series:
        """Return tokens as this book keeps them: the one that stands in the place of earlier ones.

        Captures hold the token of their day.
        """
        ...

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove every answer about these people; return how many went."""
        ...

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the event and inference ids of the answers about these people."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...
