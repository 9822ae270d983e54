"""Every error Stayline raises on purpose, so a caller can tell them apart.

    StaylineError
    ├── SchemaRefused            a workforce schema that must not be used
    ├── ExtractUnreadable        a file that is no readable CSV or Parquet extract
    ├── SchemaMismatch           an extract or a home that does not fit the schema
    ├── NothingImported          a home without a workforce
    ├── TrainingRefused          too little, or the wrong, data to train on
    ├── ProgramInputRefused      a file or option that a program of the image needs and has not
    ├── PackageRefused           a model package that is torn, altered or foreign
    ├── ReportUnreadable         an evaluation file that is torn or of another form
    ├── UnknownModel             a version that was never registered
    ├── ModelNotApproved         an attempt to deploy what nobody approved
    ├── ApprovalRefused          an approval or rejection that breaks the rules
    ├── WaiverRefused            a waiver of a gate that breaks the rules
    ├── NothingDeployed          no model serves yet
    ├── RequestRefused           a scoring request with one or more wrong fields
    ├── UnknownEmployee          a person the home knows nothing about
    ├── NoLongerEmployed         a person whose last day has come
    ├── HasOptedOut              a person who asked not to be scored
    ├── DecisionRefused          a human action or reason outside the rules
    ├── DefinitionRefused        a pipeline definition, or its parameters, that cannot run
    ├── ExpressionFailed         an expression of a pipeline that has no value
    ├── ExecutionFailed          a run of a pipeline that ended in a failed step
    ├── UnknownExecution         a run, or a step of one, that never was
    ├── StillExecuting           an attempt to resume a run that goes on
    ├── ResumeRefused            an attempt to resume a run that did not crash, or is another's
    ├── NothingKept              an output or input of a pipeline that is not there
    ├── FileUnreadable           a file named in a command that cannot be read
    ├── FileUnwritable           a file named in a command that cannot be written
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


class ProgramInputRefused(StaylineError):
    """A program of the image was started without a file or option it needs, or with a wrong one."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(
            f"The program cannot use {name!r}: expected {expected}. Check this step's inputs and "
            "options in the pipeline's definition."
        )


class PackageRefused(StaylineError):
    """A model package is truncated, altered, of an unknown format, or holds foreign content."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Model package refused: {reason} Nothing was loaded. "
            "Restore the package from a backup, or train again with `stayline train`."
        )


class ReportUnreadable(StaylineError):
    """An evaluation or monitoring file is no JSON, or not of the form its name promises."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            f"Cannot read {name!r}: {problem.rstrip('.')}. Restore the file, or compute it again."
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
            f"Approve it with `stayline models approve {version} --reason ...`, which deploys it."
        )


class ApprovalRefused(StaylineError):
    """An approval or rejection breaks a rule: no reason, same person, wrong status or digest."""

    def __init__(self, version: int, problem: str, remedy: str) -> None:
        super().__init__(f"Model version {version} cannot be decided on: {problem} {remedy}")


class WaiverRefused(StaylineError):
    """A waiver breaks a rule: no person, no reason, an end too far away, a gate that has none."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"The waiver cannot be filed: {problem} {remedy}")


class NothingDeployed(StaylineError):
    """No model is deployed, so nobody can be scored."""

    def __init__(self) -> None:
        super().__init__(
            "No model is deployed. Approve and deploy one with "
            "`stayline models approve VERSION --reason ...`."
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


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """One fault of a pipeline definition: the step (empty for the whole), where in it, and what."""

    step: str
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.step, self.path, self.message) if part)


class DefinitionRefused(StaylineError):
    """A pipeline definition, or the parameters it is started with, cannot run; nothing ran.

    ``problems`` lists every fault found.
    """

    def __init__(self, problems: Sequence[DefinitionProblem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems[:20])
        more = f"\n  and {len(self.problems) - 20} more" if len(self.problems) > 20 else ""
        super().__init__(f"The pipeline cannot run; nothing was started:\n{lines}{more}")


class ExpressionFailed(StaylineError):
    """An expression or condition of a pipeline has no value, or none that fits."""

    def __init__(self, expression: str, problem: str) -> None:
        self.expression = expression
        super().__init__(
            f"{expression!r} has no value that can be used: {problem} "
            "See what the earlier steps wrote with `stayline pipeline show`."
        )


class ExecutionFailed(StaylineError):
    """A step of a pipeline failed, so nothing came of the run."""

    def __init__(self, execution_id: str, step: str, cause: str, remedy: str) -> None:
        self.execution_id = execution_id
        self.step = step
        self.cause = cause
        self.remedy = remedy
        super().__init__(f"Execution {execution_id} failed in step {step!r}: {cause} {remedy}")


class UnknownExecution(StaylineError):
    """There was no such run of a pipeline, or it never came to that step."""

    def __init__(
        self, execution_id: str, step: str | None = None, logged: Sequence[str] = ()
    ) -> None:
        if step is None:
            told = f"execution {execution_id!r}. See what there is with `stayline pipeline list`."
        else:
            told = (
                f"log of a step {step!r} in execution {execution_id!r}. Steps that have one: "
                f"{', '.join(logged) or 'none'}. Steps that run no program, such as conditions, "
                "print nothing."
            )
        super().__init__(f"There is no {told}")


class StillExecuting(StaylineError):
    """The run goes on in another process, so it cannot be resumed."""

    def __init__(self, execution_id: str) -> None:
        super().__init__(
            f"Execution {execution_id} is still running in another process. Follow it with "
            f"`stayline pipeline show {execution_id}`, or stop that process first."
        )


class ResumeRefused(StaylineError):
    """The run ended in words rather than by a crash, or somebody else had started it."""

    def __init__(self, execution_id: str, because: str) -> None:
        super().__init__(
            f"Execution {execution_id} cannot be resumed: {because} Run `stayline train` again: "
            "finished steps come from the cache."
        )


class NothingKept(StaylineError):
    """A pipeline's input or output was never there, has expired, or was removed."""

    def __init__(self, uri: str) -> None:
        super().__init__(
            f"Nothing is kept at {uri!r}, or not any more. Run the pipeline again to make it anew."
        )


class FileUnreadable(StaylineError):
    """A file that a command was given is missing, a folder, or not ours to read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"Cannot read {path!r}: {reason.rstrip('.')}. Name a file that exists and that you may "
            "read."
        )


class FileUnwritable(StaylineError):
    """A file that a command was asked to write cannot be written there."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"Cannot write {path!r}: {reason.rstrip('.')}. Name a place in an existing folder that "
            "you may write to and that has free space."
        )


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
