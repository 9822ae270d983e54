"""Folders that take long to make: made once a run, for all its workers and files."""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

_MADE = "made"


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that ``make`` fills, which whoever asks first lets it do.

    It is for reading: copy it before changing anything. ``name`` tells all that it is made of.
    Whoever asks meanwhile waits; what was left unfinished is made anew, so nobody gets half of it.
    What is handed out is a copy already: no process has a database of it open, to tidy up in it
    while another one copies.
    """
    folder = _shared(folders) / name
    with folder.with_name(f"{name}.state").open("a+") as state:
        fcntl.flock(state, fcntl.LOCK_EX)
        state.seek(0)
        if state.read() != _MADE:
            shutil.rmtree(folder, ignore_errors=True)
            make(made := folders.mktemp(name))
            gc.collect()  # connections that nobody has any more end now, not amid the copying
            shutil.copytree(made, folder)
            state.write(_MADE)
    return folder


def _shared(folders: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run know; under xdist each has one of its own."""
    base = folders.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once"
    shared.mkdir(exist_ok=True)
    return shared
