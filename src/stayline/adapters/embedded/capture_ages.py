"""How old captured lines are, and which of them a purge would remove."""

import hashlib
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path

from stayline.adapters.embedded.capture_hours import Hour
from stayline.adapters.embedded.capture_removal import lines_of
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.formats.captured_people import person_of, tokens_in

_BLOCK = 1 << 22
_END = b"}\n"


def captured_ages(
    hours: Iterable[Hour], before: datetime, held: AbstractSet[EmployeeToken]
) -> Ages:
    """Return it, without reading lines one by one but for an hour that ``before`` divides.

    The oldest is the oldest first line of a file. Where whole hours are due, the youngest is told
    as the end of the last one, so it is never told older than it is.
    """
    rows = due = held_back = 0
    oldest: datetime | None = None
    youngest_due: datetime | None = None
    tokens = set[str]()
    for hour in hours:
        paths = sorted(hour.folder.glob("*.jsonl"))
        if hour.began >= before:
            rows += sum(block.count(_END) for path in paths for block in _blocks(path))
            oldest = oldest or _first(hour, paths)
        elif hour.ended <= before:
            lines = 0
            for block in (block for path in paths for block in _blocks(path)):
                named = tokens_in(block)
                theirs = sum(token in held for token in named) if held else 0
                tokens.update(token for token in named if token not in held)
                held_back += theirs
                lines += block.count(_END)
                due += block.count(_END) - theirs
            rows += lines
            if lines:
                oldest = oldest or _first(hour, paths)
                youngest_due = hour.ended
        else:
            for line in (line for path in paths for line in lines_of(path)):
                rows += line.endswith(b"\n")
                person = person_of(line)
                if person is None:
                    continue
                oldest = person.at if oldest is None else min(oldest, person.at)
                if person.at >= before:
                    continue
                if person.token in held:
                    held_back += 1
                    continue
                due += 1
                youngest_due = max(youngest_due or person.at, person.at)
                tokens.update(() if person.token is None else (person.token,))
    return Ages(rows, oldest, due, youngest_due if due else None, held_back, tokens_digest(tokens))


def tokens_digest(tokens: AbstractSet[str]) -> str:
    """Return the SHA-256 of the sorted tokens; empty for nobody."""
    if not tokens:
        return ""
    return hashlib.sha256("\n".join(sorted(tokens)).encode()).hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file in blocks of whole lines."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block + file.readline()


def _first(hour: Hour, paths: list[Path]) -> datetime | None:
    """Return the oldest first line of the hour's files; its own beginning if none is a record."""
    firsts = [next(lines_of(path), b"") for path in paths]
    times = [person.at for person in map(person_of, firsts) if person is not None]
    return min(times, default=hour.began if any(firsts) else None)
