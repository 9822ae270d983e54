"""Whatever goes wrong in a step: the execution fails in words, and nothing half-done stays."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline_processes import run_on_a_full_disk
from small_pipelines import (
    HERE,
    OUTPUT,
    WRITES,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.domain.pipeline_execution import ExecutionStatus, StepEvent, StepStatus
from store_processes import exit_codes

FAULTS = {
    "exit": (
        "print('so far'); sys.exit(3)",
        "exit status 3 and left no message",
        "show 2026-03-01-001 --log prepare`",
    ),
    "message": (
        "(ml / 'output/message').write_text('Too few rows:\\n 7.' + 'x' * 2000); sys.exit(1)",
        r"exit status 1: Too few rows: 7\.x{1000,1010}\. Read",
        "run the pipeline again",
    ),
    "killed": ("os.kill(os.getpid(), 9)", "killed by signal SIGKILL", "memory"),
    "silent": ("pass", "wrote no output 'rows'", "Correct the program"),
    "removed": ("(out / 'rows').rmdir()", "wrote no output 'rows'", "Correct the program"),
    "link": (
        "(out / 'rows/x').symlink_to('/etc/passwd')",
        "output 'rows': 'x' is a link",
        "plain files",
    ),
    "linked folder": (
        "(out / 'rows').rmdir(); (out / 'rows').symlink_to('/etc')",
        "output 'rows' is a link to another folder",
        "Write into the folder",
    ),
    "pipe": ("os.mkfifo(out / 'rows/x')", "'x' is a link or a special file", "plain files"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_step_that_goes_wrong_fails_the_execution_in_words(pipelines, fault: str) -> None:
    program, cause, remedy = FAULTS[fault]
    error = pipelines.failure(pipeline(processing("prepare", HERE + OUTPUT + program)))
    assert error.step == "prepare"
    assert re.search(cause, str(error))
    assert remedy in error.remedy
    (found,) = pipelines.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.FAILED, str(error))
    assert (found.steps[0].status, found.steps[0].failure) == (StepStatus.FAILED, error.cause)
    assert found.steps[0].attempts == 1
    assert pipelines.registry().packages() == []
    assert pipelines.in_hand() == []
    assert list((pipelines.folder / "pipeline").glob("objects/*")) == []


def test_the_log_of_a_failed_step_stays(pipelines) -> None:
    error = pipelines.failure(pipeline(processing("prepare", "print('so far'); 1 / 0")))
    log = pipelines.runner().log(error.execution_id, "prepare")
    assert log.startswith("so far\n")
    assert "ZeroDivisionError" in log


def test_a_training_that_leaves_no_model_fails(pipelines) -> None:
    rows = pipelines.runner().stage("rows", {"rows.txt": b"7 rows"})
    empty = pipelines.failure(pipeline(training("train", "pass", train=rows)))
    assert "wrote no output 'model': /opt/ml/model is empty" in str(empty)
    says = HERE + "(ml / 'output/failure').write_text('No one left.'); sys.exit(1)"
    assert "No one left." in str(pipelines.failure(pipeline(training("train", says, train=rows))))


def test_a_program_that_is_not_there_is_named(pipelines) -> None:
    step = processing("prepare", WRITES)
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["pythom"]
    assert "'pythom' could not be started" in str(pipelines.failure(pipeline(step)))


def test_a_folder_outside_of_the_container_s_is_refused(pipelines) -> None:
    step = processing("prepare", WRITES)
    (output,) = step["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    output["S3Output"]["LocalPath"] = "/opt/ml/../../etc"
    assert "is not below /opt/ml" in str(pipelines.failure(pipeline(step)))


def test_a_full_disk_fails_the_execution_and_leaves_nothing_half_done(pipelines) -> None:
    assert exit_codes(1, run_on_a_full_disk, pipelines.folder) == [0]
    told = (pipelines.folder / "told").read_text()
    assert "failed in step 'train'" in told
    assert "(EFBIG)" in told
    assert "Check free disk space" in told
    (found,) = pipelines.runner().executions()
    assert found.status is ExecutionStatus.FAILED
    assert pipelines.in_hand() == []
    assert list((pipelines.folder / "pipeline").glob("objects/*")) == []
    assert pipelines.runner().problems() == []


@pytest.fixture
def small_disk(pipelines):
    """Let the steps work on a disk of a few megabytes."""
    work = pipelines.folder / "pipeline" / "work"
    work.mkdir(mode=0o700, parents=True)
    mounts = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", str(work)]
    if shutil.which("mount") is None or subprocess.run(mounts, check=False).returncode:
        pytest.skip("mounting a file system is not permitted here")
    yield work
    subprocess.run(["umount", str(work)], check=True)


def test_a_step_that_filled_its_disk_is_told_so_and_may_be_tried_again(
    pipelines, small_disk
) -> None:
    fills = HERE + OUTPUT + "(out / 'rows/x').write_bytes(bytes(8 * 1024 * 1024))"
    policy = {"ExceptionType": ["Step.SERVICE_FAULT"], "IntervalSeconds": 5, "MaxAttempts": 1}
    step = processing("prepare", fills, RetryPolicies=[policy])
    error = pipelines.failure(pipeline(step))
    assert error.cause == "the disk is full: No space left on device (ENOSPC)."
    assert "Free some space" in error.remedy
    assert pipelines.waited == [5]
    assert list(small_disk.iterdir()) == []


def test_a_disk_fault_may_be_tried_again(pipelines) -> None:
    objects = pipelines.folder / "pipeline" / "objects"
    objects.parent.mkdir(mode=0o700)
    objects.write_text("in the way")
    policy = {"ExceptionType": ["Step.SERVICE_FAULT"], "IntervalSeconds": 5, "MaxAttempts": 2}
    step = processing("prepare", WRITES, RetryPolicies=[policy])
    error = pipelines.failure(pipeline(step))
    assert "keeping its outputs was not possible" in str(error)
    assert pipelines.waited == [5, 10]


def killed_twice(tmp_path: Path, *, ends: str, **policy: object) -> dict[str, object]:
    """Return a step that ends badly twice before it succeeds."""
    program = HERE + OUTPUT + (
        f"runs = pathlib.Path({str(tmp_path / 'runs')!r}).open('a+'); runs.write('x'); "
        "runs.flush(); runs.seek(0); is_flawed = len(runs.read()) < 3; "
        "(out / 'rows/half.txt').write_text('half') if is_flawed else 0; "
        f"{ends} if is_flawed else 0; " + WRITES
    )  # fmt: skip
    given = {"IntervalSeconds": 30, "BackoffRate": 2.0} | policy
    return pipeline(processing("prepare", program, RetryPolicies=[given]))


def test_a_killed_step_is_tried_again_as_the_policy_says(pipelines, tmp_path) -> None:
    internal = ["SageMaker.JOB_INTERNAL_ERROR"]
    policy = {"ExceptionType": internal, "MaxAttempts": 3}
    events: list[StepEvent] = []
    definition = killed_twice(tmp_path, ends="os.kill(os.getpid(), 9)", **policy)
    done = pipelines.run(definition, follow=events.append)
    assert done.step("prepare").attempts == 3
    assert [file.name for file in pipelines.kept("*/*")] == ["rows.txt"]
    assert pipelines.waited == [30, 60]
    assert [e.line for e in events if "Trying again" in e.line] == [
        "it was killed by signal SIGKILL. Trying again in 30 s.",
        "it was killed by signal SIGKILL. Trying again in 60 s.",
    ]


@pytest.mark.parametrize(
    ("ends", "policy", "waited"),
    [
        ("os._exit(1)", {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 3}, []),
        ("os.kill(os.getpid(), 9)", {"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 3}, []),
        (
            "os.kill(os.getpid(), 9)",
            {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 1},
            [30],
        ),
    ],
)
def test_a_step_is_not_tried_more_often_than_its_policy_says(
    pipelines, tmp_path, ends: str, policy: dict[str, object], waited: list[float]
) -> None:
    pipelines.failure(killed_twice(tmp_path, ends=ends, **policy))
    assert pipelines.waited == waited


def test_a_defect_in_who_follows_is_written_down_and_raised(pipelines) -> None:
    def follow(event: StepEvent) -> None:
        raise KeyError(event.step)

    with pytest.raises(KeyError):
        pipelines.run(two_steps(), follow=follow)
    (found,) = pipelines.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.FAILED, "An unexpected KeyError.")
