"""Errors of extracts, schemas and what was imported."""

from collections.abc import Sequence

from stayline.errors.root import StaylineError


class SchemaRefused(StaylineError):
    """The workforce schema breaks a rule; ``problems`` lists every one found."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"Schema {name!r} cannot be used:\n{lines}")


class ExtractUnreadable(StaylineError):
    """The file is missing, empty, torn, or neither CSV nor Parquet."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"Cannot read extract {path!r}: {reason}")


class SchemaMismatch(StaylineError):
    """The extract, or what the home already holds, does not fit the schema."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")


class NothingImported(StaylineError):
    """The home holds no workforce yet."""

    def __init__(self) -> None:
        super().__init__(
            "No workforce has been imported yet. Import one with "
            "`stayline import FILE --schema SCHEMA`."
        )
