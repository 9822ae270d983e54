"""Errors of training, packages, and decisions about them."""

from stayline.errors.root import StaylineError


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
