"""A call that an adapter declares and nobody makes fails a run, in one process and in several."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import declared_calls

HOOKS = "pytest_deselected, pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown"
ADAPTER = "class Adapter:\n    CALLS = frozenset({calls})\n"
SUITE = """
from adapter import Adapter
from declared_calls import CALLS_MADE

def test_it():
    CALLS_MADE[Adapter].add("s3.{call}")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two suites of an adapter, each of which makes one call."""
    shutil.copy(declared_calls.__file__, tmp_path)
    (tmp_path / "conftest.py").write_text(f"from declared_calls import {HOOKS}\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = -q\n")
    (tmp_path / "adapter.py").write_text(ADAPTER.format(calls={"s3.get", "s3.put"}))
    (tmp_path / "contracts").mkdir()
    for call in ("get", "put"):
        (tmp_path / "contracts" / f"test_{call}.py").write_text(SUITE.format(call=call))
    return tmp_path


def ran(project: Path, *words: str) -> tuple[int, str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "xdist.plugin",
        *words,
    ]
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # others take longer than the run
    done = subprocess.run(
        command, cwd=project, env=bare, capture_output=True, text=True, check=False
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("Calls that AWS")]
    return done.returncode, "".join(told)


@pytest.mark.parametrize("processes", [(), ("-n", "2", "--dist", "loadfile")], ids=["one", "two"])
def test_a_call_that_no_process_made_fails_the_run(project, processes):
    assert ran(project, *processes) == (0, "")
    (project / "adapter.py").write_text(ADAPTER.format(calls={"s3.get", "s3.put", "s3.head"}))
    status, told = ran(project, *processes)
    assert status == 1
    assert told.endswith("were never made: Adapter s3.head.")


@pytest.mark.parametrize(
    "words",
    [("contracts/test_get.py",), ("-k", "get"), ("-n", "2", "-k", "put")],
    ids=["a file", "a word", "a word in two processes"],
)
def test_where_only_a_part_ran_it_says_that_it_did_not_look(project, words):
    status, told = ran(project, *words)
    assert status == 0
    assert "were not looked at" in told
