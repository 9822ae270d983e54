"""Errors of what people ask for, and of what an organisation puts on record."""

from collections.abc import Sequence

from stayline.errors.root import StaylineError


class RightsRequestRefused(StaylineError):
    """A request cannot be opened, extended or closed like that."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"The request stays as it is: {problem} {remedy}")


class UnknownRightsRequest(StaylineError):
    """There is no request of that id on the register."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"There is no request {request_id[:64]!r}. `stayline requests list` shows all ids."
        )


class RegisterEntryRefused(StaylineError):
    """What is to be put on record lacks something, or holds what it cannot."""

    def __init__(self, kind: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(self.problems) - 5} more)" if len(self.problems) > 5 else ""
        super().__init__(
            f"Nothing was put on record as {kind[:64]}: {'; '.join(self.problems[:5])}{more}."
        )
