"""Errors of building and changing a stack on AWS."""

from stayline.errors.root import StaylineError


class InfrastructureMissing(StaylineError):
    """A stack is to be built or looked at where its code, or what that takes, is not there."""

    def __init__(self, because: str) -> None:
        super().__init__(
            f"This cannot be done here: {because}. Stacks are built in a source checkout of "
            "Stayline, the one with the folder infra/, after `pip install 'stayline[infra]'`, and "
            "looked at after `pip install 'stayline[aws]'`."
        )


class StackCommandFailed(StaylineError):
    """A tool that builds or changes a stack ended badly; its own words were shown."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(
            f"`{what}` ended with exit status {status}; its own words stand above. See what is "
            "there with `stayline aws doctor`, correct what it names, and try again."
        )
