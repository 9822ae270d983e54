"""How old captured lines are, and which of them a purge would remove."""

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path

from stayline.adapters.embedded.capture_hours import Hour
from stayline.adapters.embedded.capture_removal import people_of
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages


def captured_ages(
    hours: Iterable[Hour], before: datetime, held: AbstractSet[EmployeeToken]
) -> Ages:
    """Return it; only lines of hours that began before ``before`` are read one by one.

    A line that is no record is as old as the hour that it lies in, once that has ended.
    """
    rows = due = held_back = 0
    oldest: datetime | None = None
    youngest_due: datetime | None = None
    tokens = set[str]()
    for hour in hours:
        paths = sorted(hour.folder.glob("*.jsonl"))
        if hour.began >= before and oldest is not None:
            rows += sum(map(_records, paths))
            continue
        for path in paths:
            for line, person in people_of(path):
                rows += line.endswith(b"\n")
                at = hour.began if person is None else person.at
                oldest = at if oldest is None else min(oldest, at)
                if at >= before or (person is None and hour.ended > before):
                    continue
                if person is not None and person.token in held:
                    held_back += 1
                    continue
                due += 1
                youngest_due = at if youngest_due is None else max(youngest_due, at)
                if person is not None and person.token is not None:
                    tokens.add(person.token)
    return Ages(rows, oldest, due, youngest_due, held_back, tokens_digest(tokens))


def tokens_digest(tokens: AbstractSet[str]) -> str:
    """Return the SHA-256 of the sorted tokens; empty for nobody."""
    if not tokens:
        return ""
    return hashlib.sha256("\n".join(sorted(tokens)).encode()).hexdigest()


def _records(path: Path) -> int:
    with path.open("rb") as file:
        return sum(line.endswith(b"\n") and line != b"\n" for line in file)
