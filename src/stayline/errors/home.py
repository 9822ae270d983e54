"""Errors of files, stores and settings."""

from datetime import datetime

from stayline.errors.root import StaylineError


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


class UnknownReport(StaylineError):
    """A report, or a file of one, was never kept or has been purged."""

    def __init__(self, name: str, at: datetime | None, file: str | None = None) -> None:
        if at is None:
            super().__init__(f"There is no report {name!r} yet: none was made, or all are purged.")
            return
        what = "" if file is None else f"file {file!r} in the "
        super().__init__(
            f"There is no {what}report {name!r} of {at.isoformat()}: it was never made, or it has "
            "been purged. Name the time of one that is kept."
        )


class SettingRefused(StaylineError):
    """A setting has a value that cannot be used."""

    def __init__(self, setting: str, value: str, expected: str) -> None:
        super().__init__(f"Setting {setting} is {value!r}; expected {expected}.")
