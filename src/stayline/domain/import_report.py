"""What an import did, in numbers that add up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did; every row landed, repeated another, was rejected, was empty, or is of
    somebody erased.

    ``landed`` are the good rows, all in the stores now; ``unchanged`` how many of their feature
    records were there before with equal values. ``erased`` are rows of
    people who were erased, which do not come back. ``event_time`` is the date given to rows that
    carry none. ``ignored_columns`` are columns the schema does not know.
    """

    file_digest: str
    rows: int
    landed: int
    unchanged: int
    repeated: int
    rejected: int
    empty: int
    people: int
    reject_file: str | None
    ignored_columns: tuple[str, ...]
    event_time: datetime | None
    already_imported: bool
    erased: int = 0

    def lines(self) -> list[str]:
        """Return the report as lines to print."""
        if self.already_imported:
            told = [f"This file was imported before ({self.rows:,} rows); nothing changed."]
        else:
            told = [
                f"{self.rows:,} rows of {self.people:,} people read: {self.landed:,} landed "
                f"({self.unchanged:,} of them known already), {self.repeated:,} only repeated "
                f"others, {self.rejected:,} rejected.",
            ]
        if self.event_time is not None:
            told.append(f"The rows count as of {self.event_time:%Y-%m-%d}.")
        if self.empty:
            told.append(f"{self.empty:,} empty row(s) were left out.")
        if self.erased:
            told.append(f"{self.erased:,} row(s) of people who were erased were left out.")
        if self.ignored_columns:
            told.append(f"Not in the schema, so left out: {', '.join(self.ignored_columns)}.")
        if self.reject_file is not None:
            told.append(
                f"{self.rejected:,} rejected rows, with the reason for each: {self.reject_file} "
                "(the header is row 1)."
            )
        return told
