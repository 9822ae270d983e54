"""Find what an import told of its data: counts by severity and column, never a value."""

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.findings import Severity
from stayline.errors import StoreUnavailable
from stayline.formats.reject_file import HEADER, reject_path
from stayline.ports.audit_log import AuditLog
from stayline.ports.import_ledger import ImportLedger, ImportRecord

MOST_CELLS = 50_000
"""Of so many bad cells the columns are counted; a file with more of them has one cause anyway."""
_COLUMN = HEADER.index("column")


@dataclass(frozen=True, slots=True)
class DataFinding:
    """How many rows of an import have one kind of problem, and what to do about it."""

    severity: Severity
    what: str
    count: int
    action: str


@dataclass(frozen=True, slots=True)
class DataFindings:
    """One import, what it found, gravest first, and how many bad cells each column has.

    ``columns`` is None where the reject file lies no longer, or not yet, where it was written.
    """

    record: ImportRecord
    findings: tuple[DataFinding, ...]
    columns: tuple[tuple[str, int], ...] | None


def find_data_findings(
    number: int, *, imports: ImportLedger, audit: AuditLog, rejects: Path
) -> DataFindings | None:
    """Return what the import of that number (1: the first ever) found; None where there is none.

    Of the reject file only the columns' names are read: whoever may see rows reads it on the
    machine. Raises `StoreUnavailable`.
    """
    records = imports.records()
    if not 1 <= number <= len(records):
        return None
    record = records[number - 1]
    found = [
        DataFinding(
            Severity.ERROR, "rows were rejected", record.rejected,
            "See which and why in the reject file on the machine, mend the extract, import again.",
        ),
        DataFinding(
            Severity.WARNING, "import was cut short", int(record.completed_at is None),
            "Import the same file again: it goes on where it stopped.",
        ),
        DataFinding(
            Severity.NOTE, "rows only repeated others", _repeated(record, audit),
            "Nothing needs to be done; find out why the extract has them twice.",
        ),
    ]  # fmt: skip
    columns = _columns(rejects, record) if record.rejected else ()
    return DataFindings(record, tuple(one for one in found if one.count), columns)


def _repeated(record: ImportRecord, audit: AuditLog) -> int:
    """Return how many rows repeated others, as the import's own event tells."""
    for event in audit.between(
        record.started_at, kinds={AuditEventKind.WORKFORCE_IMPORTED}, subject=record.file_digest
    ):
        if (event.details.get("rows"), event.details.get("rejected")) == (
            record.rows,
            record.rejected,
        ):
            told = event.details.get("repeated")
            return told if isinstance(told, int) else 0
    return 0


def _columns(folder: Path, record: ImportRecord) -> tuple[tuple[str, int], ...] | None:
    """Return the columns with bad cells, most of them first."""
    path = reject_path(folder, record.file_digest, record.schema_digest)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            rows = islice(csv.reader(file), 1, MOST_CELLS + 1)
            cells = Counter(row[_COLUMN] for row in rows if len(row) == len(HEADER))
    except FileNotFoundError:
        return None
    except (OSError, csv.Error) as error:
        raise StoreUnavailable("The reject file", f"{type(error).__name__}.") from error
    return tuple(sorted(cells.items(), key=lambda cell: (-cell[1], cell[0])))
