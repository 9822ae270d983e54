"""What an inspection of an unknown extract tells."""

from dataclasses import dataclass

from stayline.domain.findings import Finding
from stayline.domain.workforce_schema import Kind, Role, WorkforceSchema


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column as read: what it is, and its counts, never its values."""

    name: str
    kind: Kind
    role: Role
    distinct: int
    missing: int
    note: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """The rows, columns and findings of an extract, gravest first, and the schema drafted.

    ``schema`` is the given one, or the draft; None when no identifier or outcome could be found,
    which a finding of kind ``schema`` then explains.
    """

    rows: int
    columns: tuple[ColumnSummary, ...]
    findings: tuple[Finding, ...]
    schema: WorkforceSchema | None
