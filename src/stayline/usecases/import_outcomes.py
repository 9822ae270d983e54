"""Import what became of people: labels by event, or who left when, by HR id."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.outcome_report import OutcomeReport
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import pseudonym
from stayline.errors import ExtractUnreadable
from stayline.formats.extract import extract_batches
from stayline.formats.ground_truth import LineRefused, read_ground_truth_line
from stayline.formats.people_outcomes import (
    EMPLOYEE_ID,
    READ,
    PersonRow,
    missing_columns,
    read_person,
)
from stayline.formats.reject_file import RejectFile
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.secrets import Secrets

_AT_ONCE = 20_000
_FIRST_ROW = 2  # the header is line 1

Told = tuple[int, EventOutcome | PersonRow | LineRefused | None]
"""What a line says, by its number; None for an empty one."""


def import_outcomes(
    path: Path,
    *,
    actor: str,
    rejects: Path,
    outcomes: OutcomeBook,
    directory: Directory,
    opt_outs: OptOutList,
    audit: AuditLog,
    secrets: Secrets,
    clock: Clock,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> OutcomeReport:
    """Return what was new, and where the reasons for the rest are.

    The file is SageMaker's ground truth (JSON Lines) or a table of people (CSV or Parquet with
    ``employee_id``, ``left_on``, ``seen_until`` and, optionally, ``voluntary``; other columns are
    not read). Whatever is read counts as known from now on. The same file again changes nothing; of
    changed outcomes the last counts. A label of an event that nobody has heard of is kept: its
    capture may be read later. Raises `ExtractUnreadable` and `RotationUnderWay`.
    """
    now = clock.now()
    digest = _digest(path)
    tally = _Tally()
    people = _People(secrets, directory, opt_outs, now)
    with (
        secrets.steady_tokens(),
        RejectFile(rejects / f"{digest}-outcomes.csv") as reject_file,
    ):
        for lines in _lines(path, now):
            found: list[EventOutcome | PersonOutcome] = []
            refused: list[tuple[int, LineRefused]] = []
            for number, told in lines:
                if told is None:
                    continue
                tally.rows += 1
                outcome = people.outcome(told) if isinstance(told, PersonRow) else told
                if isinstance(outcome, LineRefused):
                    refused.append((number, outcome))
                elif outcome is not None:
                    found.append(outcome)
            tally.kept += len(found)
            tally.new += outcomes.add(found)
            tally.rejected += len(refused)
            reject_file.write(_reasons(refused))
            progress(tally.rows, None)
        kept_reject_file = reject_file.finish()
    report = OutcomeReport(
        file_digest=digest,
        rows=tally.rows,
        new=tally.new,
        unchanged=tally.kept - tally.new,
        opted_out=people.opted_out,
        unknown_people=people.unknown,
        rejected=tally.rejected,
        reject_file=None if kept_reject_file is None else str(kept_reject_file),
    )
    audit.append(_event(actor, report, clock.now()))
    return report


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    kept: int = 0
    new: int = 0
    rejected: int = 0


@dataclass(slots=True)
class _People:
    """Finds the token of each person, and counts those who have none or want none."""

    secrets: Secrets
    directory: Directory
    opt_outs: OptOutList
    now: datetime
    unknown: int = 0
    opted_out: int = 0
    _key: bytes = field(default=b"", init=False)
    _barred: frozenset[str] = field(default=frozenset(), init=False)

    def outcome(self, row: PersonRow) -> PersonOutcome | LineRefused | None:
        """Return the outcome by token; None for who has opted out."""
        if not self._key:  # a file of events needs none
            self._key = self.secrets.token_key()
            self._barred = frozenset(self.opt_outs.opted_out(at=self.now))
        token = pseudonym(self._key, row.hr_id)
        if self.directory.find(token) is None:
            self.unknown += 1
            return LineRefused(EMPLOYEE_ID, "a person who was imported")
        if token in self._barred:
            self.opted_out += 1
            return None
        return PersonOutcome(token, row.seen_until, self.now, row.left_on, row.is_voluntary)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ExtractUnreadable(str(path), f"{error.strerror}.") from error


def _lines(path: Path, now: datetime) -> Iterator[list[Told]]:
    with path.open("rb") as file:
        head = file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    return _events(path, now) if head.startswith(b"{") else _rows(path, now)


def _events(path: Path, now: datetime) -> Iterator[list[Told]]:
    told: list[Told] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            told.append((number, _event_outcome(line.removeprefix(b"\xef\xbb\xbf"), now)))
            if len(told) == _AT_ONCE:
                yield told
                told = []
    yield told


def _event_outcome(line: bytes, now: datetime) -> EventOutcome | LineRefused | None:
    try:
        return read_ground_truth_line(line, now) if line.strip() else None
    except LineRefused as refused:
        return refused


def _rows(path: Path, now: datetime) -> Iterator[list[Told]]:
    number = _FIRST_ROW
    for batch in extract_batches(path, _AT_ONCE):
        missing = missing_columns(batch.columns)
        if missing:
            what = f"it has no column {', '.join(map(repr, missing))}, and is no ground truth."
            raise ExtractUnreadable(str(path), what)
        read = batch.select(name for name in READ if name in batch.columns)
        yield [(number + place, _person(row, now)) for place, row in enumerate(read.to_dicts())]
        number += batch.height


def _person(row: dict[str, object], now: datetime) -> PersonRow | LineRefused | None:
    if all(value is None for value in row.values()):
        return None
    try:
        return read_person(row, now.date())
    except LineRefused as refused:
        return refused


def _reasons(refused: list[tuple[int, LineRefused]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row": [number for number, _ in refused],
            "column": [reason.column for _, reason in refused],
            "reason": [str(reason) for _, reason in refused],
        }
    )


def _event(actor: str, report: OutcomeReport, at: datetime) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.OUTCOMES_IMPORTED,
        actor=actor,
        subject=report.file_digest,
        at=at,
        details={
            "rows": report.rows,
            "new": report.new,
            "opted_out": report.opted_out,
            "unknown_people": report.unknown_people,
            "rejected": report.rejected,
        },
    )
