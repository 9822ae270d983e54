"""The answer book in S3."""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import polars as pl

from stayline.adapters.aws.aged_frames import frame_ages, is_one
from stayline.adapters.aws.answer_parts import AnswerParts, Part
from stayline.adapters.aws.clients import Clients
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.ports.aged_records import NOBODY
from stayline.ports.answer_book import ANSWER_TYPES
from stayline.ports.feature_store import INSTANT

_IN_ORDER = ("inferred_at", "event_id")
Aliases = Callable[[], pl.DataFrame]


def _no_aliases() -> pl.DataFrame:
    return pl.DataFrame(schema={"alias": pl.String, "token": pl.String})


class S3AnswerBook:
    """Keeps one Parquet object an addition; each event once, whoever adds it at the same time.

    An addition counts with one conditional write behind its object, so it is there whole or not at
    all. Each looks through the event ids of all that is kept: some 10 MB a year at 500 answers a
    day. ``aliases`` gives the tokens of earlier keys: ``alias`` and the ``token`` that stands.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients, aliases: Aliases = _no_aliases) -> None:
        self._parts = AnswerParts(clients)
        self._aliases = aliases

    def add(self, answers: pl.DataFrame) -> int:
        """Keep the answers whose event is not there yet."""
        rows = (
            answers.select(pl.col(name).cast(kind) for name, kind in ANSWER_TYPES.items())
            .unique("event_id", keep="first", maintain_order=True)
            .sort("model_version", *_IN_ORDER)
        )
        rows = rows.with_columns(self.standing(rows["token"]))
        number = 0
        while not rows.is_empty():
            seen = self._parts.after(number)
            for frame in self._parts.frames(seen):
                rows = rows.join(frame.select("event_id"), on="event_id", how="anti")
            number = seen[-1].number if seen else number
            if not rows.is_empty() and self._parts.add(number + 1, rows):
                return rows.height
        return 0

    def between(self, start: datetime, end: datetime, *, model_version: int) -> pl.DataFrame:
        """Return the answers that a version gave in that time, from the parts that overlap it."""
        parts = [
            part
            for part in self._parts.after()
            if (span := part.spans.get(model_version)) and span[0] < end and span[1] >= start
        ]
        is_asked = (pl.col("model_version") == model_version) & pl.col("inferred_at").is_between(
            pl.lit(start), pl.lit(end), closed="left"
        )
        found = [frame.filter(is_asked) for frame in self._parts.frames(parts)]
        return pl.concat([pl.DataFrame(schema=ANSWER_TYPES), *found]).sort(_IN_ORDER)

    def times(self, *, model_version: int) -> tuple[datetime, datetime] | None:
        """Return a version's first and last time, mostly from two objects."""
        parts = [part for part in self._parts.after() if model_version in part.spans]
        first, last = (self._edge(parts, model_version, end) for end in (0, 1))
        return None if first is None or last is None else (first, last)

    def standing(self, tokens: pl.Series) -> pl.Series:
        """Return tokens with the one that stands now in the place of every earlier one."""
        aliases = self._aliases()
        return tokens.replace(aliases["alias"], aliases["token"])

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` for everyone, part by part; safe to repeat."""
        old, new = renames["alias"], renames["token"]
        self._parts.change(lambda rows: rows.with_columns(rows["token"].replace(old, new)))

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove the answers about these people."""
        is_theirs = is_one("token", frozenset(tokens))
        return self._parts.change(lambda rows: rows.filter(~is_theirs)) if tokens else 0

    def ids_of(self, tokens: Collection[EmployeeToken]) -> set[str]:
        """Return the event and inference ids of the answers about these people."""
        if not tokens:
            return set()
        is_theirs = is_one("token", frozenset(tokens))
        frames = self._parts.frames(self._parts.after())
        rows = (frame.filter(is_theirs)["event_id", "inference_id"] for frame in frames)
        return {name for frame in rows for row in frame.iter_rows() for name in row if name}

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the answers are."""
        frames = self._parts.frames(self._parts.after())
        return frame_ages(frames, "inferred_at", before, is_held=is_one("token", held))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove the answers given before that time."""
        stays = (pl.col("inferred_at") >= before) | is_one("token", held)
        return self._parts.change(lambda rows: rows.filter(stays))

    def problems(self) -> list[str]:
        """Return which parts cannot be read."""
        return self._parts.problems()

    def _edge(self, parts: Sequence[Part], version: int, end: int) -> datetime | None:
        """Return the first (``end`` 0) or last (1) time that is there.

        Rows may have gone since a part was added: its span tells only which parts to read.
        """
        nearest = (min, max)[end]
        found: datetime | None = None
        for part in sorted(parts, key=lambda one: one.spans[version][end], reverse=end == 1):
            if found is not None and nearest(found, part.spans[version][end]) == found:
                break
            for frame in self._parts.frames([part]):
                times = frame.filter(model_version=version)["inferred_at"]
                times = times if found is None else times.append(pl.Series([found], dtype=INSTANT))
                at = (times.min(), times.max())[end]
                found = at.astimezone(UTC) if isinstance(at, datetime) else None
        return found
