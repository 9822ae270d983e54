"""Errors of keeping and removing records."""

from stayline.errors.root import StaylineError


class HeldByLaw(StaylineError):
    """A person's records must stay while a legal hold stands, so nothing of theirs is erased."""

    def __init__(self, token: str, matters: tuple[str, ...]) -> None:
        self.token = token
        super().__init__(
            f"Employee {token} is under legal hold ({', '.join(matters)}), so nothing is erased. "
            "The request is kept: once the last hold is lifted, the next purge carries it out."
        )


class ErasureUnfinished(StaylineError):
    """An erasure has begun and cannot be completed just now."""

    def __init__(self, token: str, because: str) -> None:
        self.token = token
        super().__init__(
            f"The erasure of employee {token} has begun but is not complete: {because} The person "
            "is neither scored nor shown any more. Run `stayline erase` again, or leave it to the "
            "next purge."
        )


class RetentionUnsettled(StaylineError):
    """Some class of records may not be kept as long as it must be, so nothing of it was purged."""

    def __init__(self, conflicts: tuple[str, ...]) -> None:
        super().__init__(f"All else is purged, but not what follows. {' '.join(conflicts)}")


class UnknownHold(StaylineError):
    """A legal hold that was never set, or is lifted already."""

    def __init__(self, hold_id: str) -> None:
        super().__init__(
            f"No legal hold {hold_id!r} stands. `stayline holds list` shows those that do."
        )
