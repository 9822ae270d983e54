"""What the platform promises a program: its folders, its options, and how to report a failure.

The layout is SageMaker's for training and processing jobs. ``STAYLINE_ML_ROOT`` moves the root.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from stayline.errors import ProgramInputRefused

ROOT_VARIABLE = "STAYLINE_ML_ROOT"
DEFAULT_ROOT = "/opt/ml"
LONGEST_MESSAGE_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Platform:
    """The folders and options of this very job; options are texts, as the platform hands them."""

    root: Path
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def here(cls, environment: Mapping[str, str]) -> "Platform":
        """Return the platform that the environment describes."""
        return cls(Path(environment.get(ROOT_VARIABLE) or DEFAULT_ROOT), environment)

    def input(self, name: str, file: str) -> Path:
        """Return a file of a processing input; raises `ProgramInputRefused` when it is missing."""
        return _existing(self.root / "processing/input" / name / file)

    def optional_input(self, name: str, file: str) -> Path | None:
        """Return a file of a processing input, or None when it was not given."""
        path = self.root / "processing/input" / name / file
        return path if path.is_file() else None

    def output(self, name: str) -> Path:
        """Return the folder of a processing output, which is made if missing."""
        return _folder(self.root / "processing/output" / name)

    def channel(self, name: str, file: str) -> Path:
        """Return a file of a training channel; raises `ProgramInputRefused` when it is missing."""
        return _existing(self.root / "input/data" / name / file)

    def optional_channel(self, name: str, file: str) -> Path | None:
        """Return a file of a training channel, or None when it was not given."""
        path = self.root / "input/data" / name / file
        return path if path.is_file() else None

    def place(self, path: str) -> Path:
        """Return where an absolute path lies on this machine, whose root may have been moved."""
        given = Path(path)
        is_ours = given.is_relative_to(DEFAULT_ROOT)
        return self.root / given.relative_to(DEFAULT_ROOT) if is_ours else given

    def model(self) -> Path:
        """Return the folder that training leaves its model in."""
        return _folder(self.root / "model")

    def hyperparameters(self) -> Mapping[str, str]:
        """Return the hyperparameters of a training job, all of them texts."""
        path = _existing(self.root / "input/config/hyperparameters.json")
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        except msgspec.MsgspecError as error:
            raise ProgramInputRefused(str(path), "an object whose values are texts") from error

    def report_success(self, message: str) -> None:
        """Leave what a processing job says of its result; the cause of a former failure goes."""
        (_folder(self.root / "output") / "message").write_text(_short(message), "utf-8")
        (self.root / "output" / "failure").unlink(missing_ok=True)

    def report_failure(self, why: str) -> None:
        """Leave the cause where training (``failure``) and processing (``message``) jobs do.

        Never raises: on a full disk the exit code alone tells of the failure.
        """
        for name in ("failure", "message"):
            with suppress(OSError):
                (_folder(self.root / "output") / name).write_text(_short(why), "utf-8")


def say(line: str) -> None:
    """Print a line of the job's log at once."""
    print(line, flush=True)  # noqa: T201  (a program's output is its log)


def whole_number(options: Mapping[str, str], name: str) -> int:
    """Return an option that must be a whole number."""
    try:
        return int(_given(options, name))
    except ValueError:
        raise ProgramInputRefused(name, "a whole number") from None


def number(options: Mapping[str, str], name: str) -> float:
    """Return an option that must be a number."""
    try:
        return float(_given(options, name))
    except ValueError:
        raise ProgramInputRefused(name, "a number") from None


def _short(text: str) -> str:
    return text.encode()[:LONGEST_MESSAGE_BYTES].decode(errors="ignore")


def _given(options: Mapping[str, str], name: str) -> str:
    if name not in options:
        raise ProgramInputRefused(name, "a value; none was given")
    return options[name]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ProgramInputRefused(str(path), "a file; there is none")
    return path


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
