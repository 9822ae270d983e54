"""What an import of outcomes did, in numbers that add up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """What one import of outcomes did: ``rows`` are read, ``new`` and ``unchanged`` are kept.

    The others were rejected, each with its line and reason in the reject file: ``unknown_people``
    of them for nobody of that id was ever imported. ``opted_out`` are of people who asked not to be
    scored, and are not kept.
    """

    file_digest: str
    rows: int
    new: int
    unchanged: int
    opted_out: int
    unknown_people: int
    rejected: int
    reject_file: str | None

    def lines(self) -> list[str]:
        """Return the report as lines to print."""
        told = [
            f"{self.rows:,} outcomes read: {self.new:,} new, {self.unchanged:,} known already, "
            f"{self.rejected:,} rejected."
        ]
        if self.opted_out:
            told.append(f"{self.opted_out:,} of people who opted out were not kept.")
        if self.unknown_people:
            told.append(f"{self.unknown_people:,} are of people who were never imported.")
        if self.reject_file is not None:
            told.append(f"The reason for each rejected line: {self.reject_file}")
        return told
