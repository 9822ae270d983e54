"""One attempt at a job: a folder like a container's, its program in it, its outputs out of it."""

import gzip
import shutil
import signal
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stayline.adapters.embedded.pipeline.faults import (
    JOB_INTERNAL_ERROR,
    RUN_AGAIN,
    StepFault,
    disk_full,
    system_faults,
)
from stayline.adapters.embedded.pipeline.jobs import MODEL, Job, Place
from stayline.adapters.embedded.pipeline.process import program_path, run_program
from stayline.adapters.embedded.pipeline.trees import Tree, make_folder, read_tree, write_file

_LONGEST_MESSAGE = 1024
_HARDLY_ANY_SPACE = 4 * 1024 * 1024
"""Bytes; a program whose next file would not fit may leave this much."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where a job runs: all that it leaves in ``folder`` is removed afterwards, but not the log."""

    job: Job
    inputs: Mapping[str, Tree]
    folder: Path
    log: Path

    def run(self, tell: Callable[[str], None]) -> dict[str, Tree]:
        """Run the program and return its outputs by name, still in ``folder``.

        Raises `StepFault` for whatever went wrong: the program, its outputs, or the disk.
        """
        root = self.folder / "opt" / "ml"
        with system_faults("writing its inputs"):
            self._set_up(root)
        status = run_program(
            self.job.command,
            environment=self._environment(root),
            folder=self.folder / "home",
            log=self.log,
            limit_s=self.job.limit_s,
            tell=tell,
        )
        with system_faults("reading its outputs"):
            if status:
                raise self._exit_fault(status, _message(root / self.job.message))
            return {place.name: self._output(root, place) for place in self.job.outputs}

    def _exit_fault(self, status: int, message: str) -> StepFault:
        """Return why the program ended; one that could not even say so may have had no space."""
        is_full = shutil.disk_usage(self.folder).free < _HARDLY_ANY_SPACE
        if status > 0 and not message and is_full:
            return disk_full()
        return _exit_fault(status, message)

    def _set_up(self, root: Path) -> None:
        for place in self.job.inputs:
            self.inputs[place.name].copy(root / place.folder)
        for name, content in self.job.configs.items():
            write_file(root / name, msgspec.json.format(msgspec.json.encode(content)))
        for place in self.job.outputs:
            make_folder(root / place.folder)
        for folder in (root / "output" / "data", self.folder / "home", self.folder / "tmp"):
            make_folder(folder)

    def _environment(self, root: Path) -> dict[str, str]:
        """Return the definition's variables and the few that a program cannot do without."""
        return {
            **self.job.environment,
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "PATH": program_path(),
            "PYTHONUNBUFFERED": "1",  # so that lines are told as they are printed
            "STAYLINE_ML_ROOT": str(root),
            "TMPDIR": str(self.folder / "tmp"),
        }

    def _output(self, root: Path, place: Place) -> Tree:
        folder = root / place.folder
        if not folder.is_dir():
            raise _no_output(place)
        if folder.resolve() != self.folder.resolve() / "opt" / "ml" / place.folder:
            raise StepFault(
                f"output {place.name!r} is a link to another folder.",
                "Write into the folder that is there.",
            )
        try:
            written = read_tree(folder)
        except StepFault as fault:
            raise StepFault(f"output {place.name!r}: {fault.cause}", fault.remedy) from fault
        if not written.files:
            raise _no_output(place)
        return _packed(written, self.folder / "packed") if self.job.packs_model else written


def _no_output(place: Place) -> StepFault:
    return StepFault(
        f"it wrote no output {place.name!r}: /opt/ml/{place.folder} is empty or missing.",
        "Correct the program: it has to write a file there, or to fail.",
    )


def _exit_fault(status: int, message: str) -> StepFault:
    if status < 0:
        return StepFault(
            f"it was killed by signal {signal.Signals(-status).name}.",
            f"Check whether memory ran out or who stopped it, {RUN_AGAIN}",
            JOB_INTERNAL_ERROR,
        )
    told = f": {message.rstrip('.')}." if message else " and left no message."
    return StepFault(
        f"it ended with exit status {status}{told}",
        "Read `stayline pipeline show {execution} --log {step}`, correct the cause, " + RUN_AGAIN,
    )


def _message(path: Path) -> str:
    """Return what the program says of its failure, on one line and without control characters."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        text = file.read(4 * _LONGEST_MESSAGE).decode("utf-8", "replace")
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)[:_LONGEST_MESSAGE]


def _packed(tree: Tree, folder: Path) -> Tree:
    """Return the files as one archive; equal files give equal bytes on any day."""
    make_folder(folder)
    with (
        (folder / MODEL).open("wb") as out,
        gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name in tree.files:
            entry = tarfile.TarInfo(name)
            entry.size = (tree.folder / name).stat().st_size
            entry.mode = 0o644
            with (tree.folder / name).open("rb") as content:
                archive.addfile(entry, content)
    return read_tree(folder)
