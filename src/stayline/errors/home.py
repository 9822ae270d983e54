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


class DatabaseAway(StoreUnavailable):
    """The database's server does not answer, or ended the connection; it is asked again."""

    def __init__(self, problem: str) -> None:
        StaylineError.__init__(
            self,
            f"The database cannot be reached: {problem} Nothing was half-written. It is tried "
            "again by itself; check that its server runs and that database_url is right.",
        )


class StoreRefused(StaylineError):
    """Object storage refuses what somebody has to set right: credentials, permissions, a bucket."""

    words = (
        "The object store refused to let us use {store}: {because}. Nothing was half-written. "
        "Check the address, the credentials and what they permit, and that the bucket is there: "
        "`stayline doctor`."
    )

    def __init__(self, store: str, because: str) -> None:
        super().__init__(self.words.format(store=store, because=because))


class AwsRefused(StoreRefused):
    """AWS refuses what somebody has to set right: credentials, permissions, a missing part."""

    words = (
        "AWS refused to let us use {store}: {because}. Nothing was half-written. Check the "
        "credentials, their role, and that the stack is deployed: `stayline aws doctor`."
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


class SecretUnavailable(StaylineError):
    """A secret cannot be read where its reference says; ``is_passing`` when it may come back."""

    def __init__(self, place: str, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(
            f"The secret at {place} cannot be read: {reason}. Nothing was done without it. Correct "
            "the place, or its reference under [secrets] in governance.toml."
        )
        self.is_passing = is_passing


class RotationUnderWay(StaylineError):
    """The token key is being changed, or a rotation was cut off, so people's tokens change."""

    def __init__(self, *, was_cut_off: bool) -> None:
        super().__init__(
            "A rotation of the token key was cut off. Complete it with `stayline secrets rotate "
            "token-key`, then try again."
            if was_cut_off
            else "The token key is being changed just now. Try again once `stayline secrets "
            "rotate` has ended."
        )


class RotationRefused(StaylineError):
    """A secret is not rotated or retired, and nothing was changed."""

    def __init__(self, because: str, next_step: str) -> None:
        super().__init__(f"Nothing was changed: {because}. {next_step}")
