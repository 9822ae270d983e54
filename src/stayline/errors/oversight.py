"""Errors of overseeing scores: the stop switch, the pilot, and who may decide."""

from stayline.errors.root import StaylineError


class ScoringStopped(StaylineError):
    """Somebody stopped all scoring; nothing is computed or shown until somebody resumes it."""

    def __init__(self) -> None:
        super().__init__(
            "Scoring is stopped: no score is computed or shown. `stayline scoring-state` says who "
            "stopped it and why; `stayline resume-scoring --reason ...` ends that."
        )


class NotStopped(StaylineError):
    """There is nothing to resume, or something to stop that is stopped already."""

    def __init__(self, *, is_stopped: bool) -> None:
        told = "Scoring is stopped already" if is_stopped else "Scoring is not stopped"
        super().__init__(f"{told}. `stayline scoring-state` says since when and why.")


class DrillFailed(StaylineError):
    """A drill of the stop switch could not be made, or showed that scoring does not stop."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The drill of the stop switch: {problem}")


class OutsidePilot(StaylineError):
    """The person is not among those of the pilot, so no score is computed or shown.

    The message says no more than that, since whoever asks need not know why.
    """

    def __init__(self, token: str, path: str = "employee_id") -> None:
        self.token = token
        self.path = path
        super().__init__("No score can be shown for this employee.")


class ScopeRefused(StaylineError):
    """A pilot's scope names what nobody may, or can, be chosen by."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The scope cannot be used: {problem}.")


class NoPilot(StaylineError):
    """There is no pilot to end or to report on."""

    def __init__(self) -> None:
        super().__init__("No pilot runs. Begin one with `stayline pilot set --where Column=Value`.")


class DeciderRefused(StaylineError):
    """Who decides may not: a program, or a person without the training that is asked for."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


class UnknownReview(StaylineError):
    """A review of somebody's decisions is named that is not there, or is closed."""

    def __init__(self, review_id: str) -> None:
        super().__init__(
            f"There is no open review {review_id!r}. See `stayline oversight reviews`."
        )
