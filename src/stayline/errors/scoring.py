"""Errors of asking for a score and of what a person makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stayline.errors.root import StaylineError


class NothingDeployed(StaylineError):
    """No model is deployed, so nobody can be scored."""

    def __init__(self) -> None:
        super().__init__(
            "No model is deployed. Approve and deploy one with "
            "`stayline models approve VERSION --reason ...`."
        )


class ScoringUnderWay(StaylineError):
    """Somebody else scores everyone just now."""

    def __init__(self) -> None:
        super().__init__(
            "Another run over everyone is under way. Wait until it has ended; one that is killed "
            "stops counting at once, on AWS within a minute, and the next takes it up."
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
        fields = "1 field" if count == 1 else f"{count} fields"
        super().__init__(f"{fields} cannot be used: {first}{more}")


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


class ScoreNotAvailable(StaylineError):
    """No score can be shown, and why is nobody's business but the privacy officer's.

    One answer for whoever opted out, left, is out of scope or is not known, so that an opt-out
    cannot be told from the others.
    """

    def __init__(self, path: str = "employee_id") -> None:
        self.path = path
        super().__init__(
            "No score is available of this person. The id may not be one that is known here, or "
            "the person may not be scored; which it is, is not told. Ask the privacy officer where "
            "it matters."
        )


class DecisionRefused(StaylineError):
    """A recorded action is off the allow-list, or its reason does not say why."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(problem)
