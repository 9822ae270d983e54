"""The parts of the embedded pipeline runner that are easier to try alone."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stayline
from stayline.adapters.embedded.pipeline.cache import cache_key, code_digest, library_versions
from stayline.adapters.embedded.pipeline.faults import (
    JOB_INTERNAL_ERROR,
    SERVICE_FAULT,
    StepFault,
)
from stayline.adapters.embedded.pipeline.process import program_path, run_program
from stayline.adapters.embedded.pipeline.settings import Retries, RetryPolicy, duration
from stayline.adapters.embedded.pipeline.trees import Tree
from stores import NOON

KILLED = StepFault("it was killed.", "Try again.", JOB_INTERNAL_ERROR)
NAMES = st.text("ab/", min_size=1, max_size=3)
FILES = st.dictionaries(NAMES, st.sampled_from(["sha256:1", "sha256:2"]), max_size=3)


@given(FILES, FILES)
def test_two_trees_have_one_digest_just_when_their_files_are_the_same(one, other) -> None:
    def digest(files: dict[str, str]) -> str:
        return Tree(Path("x"), dict(sorted(files.items()))).digest

    assert (digest(one) == digest(other)) == (one == other)


@given(st.integers(0, 400), st.integers(0, 40), st.integers(0, 90))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes)
    assert duration(f"P{days}DT{hours}H{minutes}M") == expected
    assert duration(f"{days}dt{hours}h{minutes}m") == expected


def test_a_cached_step_depends_on_the_code_as_well() -> None:
    def key(**changes: object) -> str:
        asked = {"inputs": {"rows": "sha256:1"}, "code": code_digest()} | changes
        return cache_key("train", "Training", {"Environment": {"S3Uri": "x"}}, **asked)

    assert key() == key()
    assert key() != key(code="other")
    assert key() != key(inputs={"rows": "sha256:2"})
    environment = cache_key(
        "train", "Training", {"Environment": {"S3Uri": "y"}}, inputs={}, code=code_digest()
    )
    assert key(inputs={}) != environment


def test_the_digest_of_the_code_is_that_of_every_file_but_bytecode(tmp_path, monkeypatch) -> None:
    package = tmp_path / "stayline"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setattr(stayline, "__file__", str(package / "__init__.py"))
    before = code_digest()
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert code_digest() == before
    (package / "page.html.j2").write_text("x")
    assert code_digest() != before


def test_the_libraries_of_a_step_are_those_it_requires_and_none_of_an_extra() -> None:
    versions = library_versions("stayline")
    assert {"stayline", "numpy", "scipy", "scikit-learn", "xgboost-cpu", "jinja2"} <= set(versions)
    assert not {"pytest", "ruff", "fairlearn"} & set(versions)


def test_each_policy_counts_its_own_faults() -> None:
    policies = (
        RetryPolicy((SERVICE_FAULT,), interval_seconds=5, max_attempts=1),
        RetryPolicy((JOB_INTERNAL_ERROR,), interval_seconds=30, backoff_rate=3, max_attempts=2),
    )
    retries = Retries(policies, began=NOON)
    full = StepFault("The disk is full.", "Free some.", SERVICE_FAULT)
    own = StepFault("It failed.", "Correct it.")
    pauses = [retries.pause(f, at=NOON) for f in (KILLED, full, KILLED, full, KILLED, own)]
    assert pauses == [30, 5, 90, None, None, None]


@pytest.mark.parametrize(("minutes", "pause"), [(9, 1.0), (10, 1.0), (11, None)])
def test_a_policy_expires(minutes: int, pause: float | None) -> None:
    policy = RetryPolicy((JOB_INTERNAL_ERROR,), expire_after_min=10)
    retries = Retries((policy,), began=NOON)
    assert retries.pause(KILLED, at=NOON + timedelta(minutes=minutes)) == pause


def test_a_policy_without_limits_tries_five_times() -> None:
    retries = Retries((RetryPolicy((JOB_INTERNAL_ERROR,)),), began=NOON)
    assert [retries.pause(KILLED, at=NOON) for _ in range(6)] == [1, 2, 4, 8, 16, None]


def ended(tmp_path: Path, program: str, tell: Callable[[str], None] = print) -> int:
    return run_program(
        [sys.executable, "-c", program],
        environment={"PATH": program_path()},
        folder=tmp_path,
        log=tmp_path / "log",
        limit_s=30,
        tell=tell,
    )


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("pass", 0),
        ("import sys; sys.exit(42)", 42),
        ("import os; os.kill(os.getpid(), 15)", -15),
        ("import os; os.abort()", -6),
        ("import os; os.close(1); os.close(2); import time; time.sleep(0.05)", 0),
    ],
)
def test_a_program_ends_the_way_it_does(tmp_path, program: str, status: int) -> None:
    assert ended(tmp_path, program) == status


def test_long_and_unfinished_lines_are_told_and_every_byte_is_logged(tmp_path) -> None:
    told: list[str] = []
    program = (
        "import sys; out = sys.stdout.buffer; out.write(b'\\xff\\x07a\\tb\\n' + b'x' * 100_000); "
        "out.flush(); sys.stderr.write('\\nlast')"
    )
    ended(tmp_path, program, told.append)
    assert told[0] == "\ufffda b"
    assert "".join(told[1:-1]) == "x" * 100_000
    assert told[-1] == "last"
    assert (tmp_path / "log").read_bytes() == b"\xff\x07a\tb\n" + b"x" * 100_000 + b"\nlast"
