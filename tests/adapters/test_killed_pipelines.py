"""Processes of pipelines that are stopped, killed, or at work at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline_processes
from pipeline_processes import long_run, run_two_steps
from small_pipelines import (
    HERE,
    WRITES,
    PipelineHome,
    pipeline,
    processing,
)
from stayline.domain.pipeline_execution import ExecutionStatus, StepStatus
from stayline.errors import ResumeRefused, StillExecuting
from store_processes import exit_codes

PATIENCE_S = 30
RUNNER = [sys.executable, str(Path(pipeline_processes.__file__))]


def until(holds: Callable[[], object]) -> None:
    """Wait for another process; the test fails when it takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stopped = Path(f"/proc/{process}/stat")
    return not stopped.exists() or stopped.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_step_that_takes_too_long_is_stopped_with_all_that_it_started(
    pipelines, tmp_path
) -> None:
    program = HERE + (
        "import subprocess, time; child = subprocess.Popen(['sleep', '60']); "
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    error = pipelines.failure(pipeline(processing("prepare", program, limit_s=1)))
    assert "longer than the 1 s of MaxRuntimeInSeconds" in str(error)
    until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_what_a_step_leaves_running_is_stopped(pipelines, tmp_path) -> None:
    leaves = "import subprocess; child = subprocess.Popen(['sleep', '60']); " + (
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid)); "
    )
    pipelines.run(pipeline(processing("prepare", leaves + WRITES)))
    until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_runners_at_once_do_not_harm_each_other(pipelines) -> None:
    pipelines.runner().executions()
    assert exit_codes(3, run_two_steps, pipelines.folder) == [0] * 3
    found = pipelines.runner().executions()
    assert [e.execution_id for e in found] == [f"2026-03-01-00{n}" for n in (3, 2, 1)]
    assert {e.status for e in found} == {ExecutionStatus.SUCCEEDED}
    assert len({str(e.step("train").outputs) for e in found}) == 1
    assert pipelines.runner().problems() == []


def started_run(pipelines: PipelineHome) -> "subprocess.Popen[bytes]":
    """Start a run in another process and wait until its second step runs."""
    environment = os.environ | {"PYTHONPATH": str(Path(pipeline_processes.__file__).parent)}
    process = subprocess.Popen([*RUNNER, str(pipelines.folder)], env=environment)
    sign = pipelines.folder / "pid"
    until(lambda: (sign.exists() and sign.read_text()) or process.poll() is not None)
    return process


def test_a_runner_that_is_killed_takes_its_step_along_and_can_be_resumed(pipelines) -> None:
    with started_run(pipelines) as process:
        step = int((pipelines.folder / "pid").read_text())
        assert is_alive(step)
        (found,) = pipelines.runner().executions()
        assert found.status is ExecutionStatus.EXECUTING
        with pytest.raises(StillExecuting, match=found.execution_id):
            pipelines.runner().resume(found.execution_id, by="ana")
        process.kill()
    until(lambda: not is_alive(step))

    (found,) = pipelines.runner().executions()
    assert found.status is ExecutionStatus.STOPPED
    assert f"stayline pipeline resume {found.execution_id}" in found.failure
    assert [s.status for s in found.steps] == [StepStatus.SUCCEEDED, StepStatus.STOPPED]

    with pytest.raises(ResumeRefused, match="'ana' started it"):
        pipelines.runner().resume(found.execution_id, by="bo")
    done = pipelines.runner().resume(found.execution_id, by="ana")

    assert done.status is ExecutionStatus.SUCCEEDED
    assert done.step("prepare") == found.step("prepare")
    assert pipelines.in_hand() == []
    assert pipelines.runner().problems() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_runner_that_is_asked_to_stop_writes_that_down(pipelines, number: signal.Signals) -> None:
    with started_run(pipelines) as process:
        step = int((pipelines.folder / "pid").read_text())
        process.send_signal(number)
        assert process.wait(PATIENCE_S) in (143, -signal.SIGINT)
    assert not is_alive(step)
    (found,) = pipelines.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.STOPPED, "It was stopped.")
    assert found.step("train").status is StepStatus.STOPPED
    assert pipelines.in_hand() == []


def test_what_a_killed_runner_left_in_hand_is_removed_by_the_next_run(pipelines) -> None:
    with started_run(pipelines) as process:
        process.kill()
    assert pipelines.in_hand() != []
    pipelines.run(pipeline(processing("other", WRITES)))
    assert pipelines.in_hand() == []


def test_the_long_run_of_these_tests_is_a_definition_like_others(pipelines, tmp_path) -> None:
    (tmp_path / "pid").touch()
    assert pipelines.run(long_run(tmp_path)).status is ExecutionStatus.SUCCEEDED
