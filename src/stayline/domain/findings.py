"""What a careful analyst would raise about an extract."""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """The kinds of finding.

    ``LEAK``: the column, or the row, knows the outcome. ``SCHEMA``: what could not be guessed, or
    where a given schema does not fit the extract.
    """

    LEAK = "leak"
    CONSTANT = "constant"
    DUPLICATE_COLUMN = "duplicate_column"
    IDENTIFIER = "identifier"
    DUPLICATE_KEY = "duplicate_key"
    DUPLICATE_ROW = "duplicate_row"
    MIXED_DATES = "mixed_dates"
    TWO_DIGIT_YEAR = "two_digit_year"
    EXCEL_DATE = "excel_date"
    SENTINEL_DATE = "sentinel_date"
    PADDED_CATEGORY = "padded_category"
    MISSPELT_CATEGORY = "misspelt_category"
    MOJIBAKE = "mojibake"
    BYTE_ORDER_MARK = "byte_order_mark"
    EMPTY_ROW = "empty_row"
    NUMBER_AS_TEXT = "number_as_text"
    FUTURE_VALUE = "future_value"
    MISSING_VALUES = "missing_values"
    SENSITIVE = "sensitive"
    OUTCOME_SHIFT = "outcome_shift"
    SCHEMA = "schema"


class Severity(StrEnum):
    """How much a finding matters: an error must be settled before training."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: which column (None for the whole table), how many rows, what, and what to do.

    ``message`` may show an example, never one that holds personal data.
    """

    kind: FindingKind
    column: str | None
    severity: Severity
    count: int
    message: str
    action: str
