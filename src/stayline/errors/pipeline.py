"""Errors of pipelines and their executions."""

from collections.abc import Sequence
from dataclasses import dataclass

from stayline.errors.root import StaylineError


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
