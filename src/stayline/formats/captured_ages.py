"""How old captured lines are, and which of them a purge would remove."""

import io
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from stayline.domain.capture import CaptureBlock
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, tokens_digest
from stayline.formats.capture_blocks import HOUR
from stayline.formats.captured_people import person_of, tokens_in

_END = b"}\n"


def records_in(lines: bytes) -> int:
    """Return how many records whole lines hold, without reading them one by one."""
    return lines.count(_END)


def captured_ages(
    blocks: Iterable[CaptureBlock], before: datetime, held: AbstractSet[EmployeeToken]
) -> Ages:
    """Return it, without reading lines one by one but for an hour that ``before`` divides.

    ``blocks`` come by hour and place. The oldest is the oldest first line of a place. Where whole
    hours are due, the youngest is told as the end of the last one, so it is never told older than
    it is.
    """
    tally = _Tally(before, held)
    for hour, of_hour in groupby(blocks, key=attrgetter("hour")):
        if hour < before < hour + HOUR:
            for block in of_hour:
                tally.add_lines(block)
        else:
            tally.add_hour(hour, of_hour)
    return tally.ages()


@dataclass(slots=True)
class _Tally:
    before: datetime
    held: AbstractSet[EmployeeToken]
    rows: int = 0
    due: int = 0
    held_back: int = 0
    oldest: datetime | None = None
    youngest_due: datetime | None = None
    tokens: set[str] = field(default_factory=set)

    def add_hour(self, hour: datetime, blocks: Iterable[CaptureBlock]) -> None:
        """Count an hour that is due as a whole, or not at all."""
        is_due, lines = hour < self.before, 0
        firsts: dict[str, bytes] = {}
        for block in blocks:
            lines += records_in(block.lines)
            first = block.lines.lstrip(b"\n").partition(b"\n")[0]
            if first:
                firsts.setdefault(block.place, first)
            if is_due:
                self._add_due(block)
        self.rows += lines
        if firsts and self.oldest is None:
            times = [person.at for person in map(person_of, firsts.values()) if person is not None]
            self.oldest = min(times, default=hour)
        if lines and is_due:
            self.youngest_due = hour + HOUR

    def _add_due(self, block: CaptureBlock) -> None:
        named = tokens_in(block.lines)
        theirs = sum(token in self.held for token in named) if self.held else 0
        self.tokens.update(token for token in named if token not in self.held)
        self.held_back += theirs
        self.due += records_in(block.lines) - theirs

    def add_lines(self, block: CaptureBlock) -> None:
        """Count an hour that is due in part, line by line."""
        for line in _lines(block.lines):
            self.rows += line.endswith(b"\n")
            person = person_of(line)
            if person is None:
                continue
            self.oldest = person.at if self.oldest is None else min(self.oldest, person.at)
            if person.at >= self.before:
                continue
            if person.token in self.held:
                self.held_back += 1
                continue
            self.due += 1
            self.youngest_due = max(self.youngest_due or person.at, person.at)
            self.tokens.update(() if person.token is None else (person.token,))

    def ages(self) -> Ages:
        youngest_due = self.youngest_due if self.due else None
        digest = tokens_digest(self.tokens)
        return Ages(self.rows, self.oldest, self.due, youngest_due, self.held_back, digest)


def _lines(block: bytes) -> Iterator[bytes]:
    return (line for line in io.BytesIO(block) if line != b"\n")
