"""Every error Stayline raises on purpose, so a caller can tell them apart.

    StaylineError
    ├── SchemaRefused            a workforce schema that must not be used
    ├── ExtractUnreadable        a file that is no readable CSV or Parquet extract
    ├── SchemaMismatch           an extract or a home that does not fit the schema
    ├── NothingImported          a home without a workforce
    ├── TrainingRefused          too little, or the wrong, data to train on
    ├── PackageRefused           a model package that is torn, altered or foreign
    ├── UnknownModel             a version that was never registered
    ├── ModelNotApproved         an attempt to deploy what nobody approved
    ├── ApprovalRefused          an approval or rejection that breaks the rules
    ├── NothingDeployed          no model serves yet
    ├── RequestRefused           a scoring request with one or more wrong fields
    ├── UnknownEmployee          a person the home knows nothing about
    ├── NoLongerEmployed         a person whose last day has come
    ├── HasOptedOut              a person who asked not to be scored
    ├── DecisionRefused          a human action or reason outside the rules
    ├── StoreDamaged             a store that fails its own checks
    ├── StoreUnavailable         a store that cannot be read or written just now
    └── SettingRefused           a setting that cannot be used

Each class builds its own message from typed arguments: what happened, what was expected, what to do
next. Messages carry pseudonyms at most, never personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class StaylineError(Exception):
    """Anything Stayline refuses or cannot do; catch this to catch them all."""


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


class TrainingRefused(StaylineError):
    """The data cannot carry a model, for example too few people who left."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"Cannot train: {reason} {remedy}")


class PackageRefused(StaylineError):
    """A model package is truncated, altered, of an unknown format, or holds foreign content."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Model package refused: {reason} Nothing was loaded. "
            "Restore the package from a backup, or train again with `stayline train`."
        )


class UnknownModel(StaylineError):
    """No model of that version was ever registered."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"There is no model version {version!r}. See what there is with `stayline models list`."
        )


class ModelNotApproved(StaylineError):
    """Only an approved model can be deployed."""

    def __init__(self, version: int, status: str) -> None:
        super().__init__(
            f"Model version {version} is {status!r}, not 'Approved'. "
            f"Approve it with `stayline models approve {version} --reason ...`."
        )


class ApprovalRefused(StaylineError):
    """An approval or rejection breaks a rule: no reason, same person, wrong status or digest."""

    def __init__(self, version: int, problem: str, remedy: str) -> None:
        super().__init__(f"Model version {version} cannot be decided on: {problem} {remedy}")


class NothingDeployed(StaylineError):
    """No model is deployed, so nobody can be scored."""

    def __init__(self) -> None:
        super().__init__(
            "No model is deployed. Approve one with `stayline models approve VERSION --reason ...` "
            "and deploy it with `stayline models deploy VERSION`."
        )


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong thing in a request or a row, and where it is.

    ``path`` is a field name, or ``instances[3].Age`` in a batch. ``message`` says what was
    expected.
    """

    path: str
    message: str


class RequestRefused(StaylineError):
    """The request holds wrong types, out-of-range numbers or unknown categories."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        first = "; ".join(f"{p.path}: {p.message}" for p in self.problems[:3])
        more = f" (and {count - 3} more)" if count > 3 else ""
        super().__init__(f"{count} field(s) cannot be used: {first}{more}")


class UnknownEmployee(StaylineError):
    """The home has no record of this person."""

    def __init__(self, token: str, path: str = "employee_id") -> None:
        self.token = token
        self.path = path
        super().__init__(
            f"Nothing is known of employee {token}. Check the id, or import an extract that "
            "holds this person."
        )


class NoLongerEmployed(StaylineError):
    """The person's last day has come, so there is no risk of leaving to score."""

    def __init__(self, token: str, path: str = "employee_id") -> None:
        self.token = token
        self.path = path
        super().__init__(
            f"Employee {token} is no longer employed, so there is no risk to score. Import an "
            "extract that holds this person as employed if that is wrong."
        )


class HasOptedOut(StaylineError):
    """The person opted out of scoring, so no score is computed, kept or shown."""

    def __init__(self, token: str, path: str = "employee_id") -> None:
        self.token = token
        self.path = path
        super().__init__(
            f"Employee {token} has opted out of scoring; no score is computed or shown."
        )


class DecisionRefused(StaylineError):
    """A recorded action is off the allow-list, or its reason does not say why."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(problem)


class StoreDamaged(StaylineError):
    """A store fails its own checks; nothing was changed."""

    def __init__(self, store: str, problem: str) -> None:
        super().__init__(f"{store} is damaged: {problem} See `stayline doctor`.")


class StoreUnavailable(StaylineError):
    """A store cannot be read or written just now: locked, read-only, or the disk is full."""

    def __init__(self, store: str, problem: str) -> None:
        super().__init__(
            f"{store} cannot be used: {problem} Nothing was half-written. Check free disk space, "
            "permissions and other running commands, then try again."
        )


class SettingRefused(StaylineError):
    """A setting has a value that cannot be used."""

    def __init__(self, setting: str, value: str, expected: str) -> None:
        super().__init__(f"Setting {setting} is {value!r}; expected {expected}.")
