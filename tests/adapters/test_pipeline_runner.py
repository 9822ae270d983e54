"""What holds for the embedded runner in particular: its processes, its disk, its folders."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import pipeline_processes
from pipeline_processes import long_run, run_on_a_full_disk, run_two_steps
from small_pipelines import (
    CACHED,
    HERE,
    INPUT,
    LEARNS,
    OUTPUT,
    WRITES,
    PipelineHome,
    output_of,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.domain.pipeline_execution import ExecutionStatus, StepEvent, StepStatus
from stayline.errors import ExecutionFailed, NothingKept, StillExecuting
from store_processes import exit_codes
from stores import NOON

PATIENCE_S = 30
RUNNER = [sys.executable, str(Path(pipeline_processes.__file__))]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[PipelineHome]:
    opened = PipelineHome(tmp_path)
    yield opened
    opened.close()


def run(home: PipelineHome, definition: dict[str, object], **keywords: object):
    return home.runner().run(definition, parameters={}, by="ana", **keywords)


def failure(home: PipelineHome, definition: dict[str, object]) -> ExecutionFailed:
    with pytest.raises(ExecutionFailed) as caught:
        run(home, definition)
    return caught.value


def in_hand(home: PipelineHome) -> list[Path]:
    return list((home.folder / "pipeline" / "work").glob("*"))


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


def test_a_step_sees_its_own_variables_and_folders_and_nothing_of_ours(home, monkeypatch) -> None:
    monkeypatch.setenv("STAYLINE_TOKEN_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    program = HERE + OUTPUT + (
        "import json, tempfile; "
        "seen = [sorted(os.environ), sys.executable, os.listdir(), os.getcwd(), os.getpgrp(), "
        "tempfile.gettempdir(), str(ml)]; "
        "(out / 'rows/seen.json').write_text(json.dumps(seen))"
    )  # fmt: skip
    runner = home.runner()
    step = processing("look", program, environment={"SEED": "7"})
    runner.run(pipeline(step), parameters={}, by="ana")
    seen = json.loads(runner.read("s3://stayline/runs/look/rows/seen.json"))
    variables, interpreter, files, folder, group, temporary, root = seen
    own = {"HOME", "LANG", "PATH", "SEED", "STAYLINE_ML_ROOT", "TMPDIR"}
    assert set(variables) - {"LC_CTYPE"} == own
    assert interpreter == sys.executable
    assert files == []
    work = str(home.folder / "pipeline" / "work")
    assert all(path.startswith(work) for path in (folder, temporary, root))
    assert group != os.getpgrp()


def test_every_folder_and_file_is_for_its_owner_only_and_work_is_removed(home) -> None:
    runner = home.runner()
    uri = runner.stage("rows", {"a/b.txt": b"x"})
    runner.run(
        pipeline(processing("prepare", WRITES, inputs={"rows": uri})), parameters={}, by="ana"
    )
    paths = [p for p in (home.folder / "pipeline").rglob("*") if p.suffix != ".lock"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_dir()} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_file()} == {0o600}
    assert in_hand(home) == []


FAULTS = {
    "exit": ("print('so far'); sys.exit(3)", "exit status 3 and left no message", "Read its log"),
    "message": (
        "(ml / 'output/message').write_text('Too few rows:\\n 7.' + 'x' * 2000); sys.exit(1)",
        r"exit status 1: Too few rows: 7\.x{1000,1010} Read",
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
def test_a_step_that_goes_wrong_fails_the_execution_in_words(home, fault: str) -> None:
    program, cause, remedy = FAULTS[fault]
    error = failure(home, pipeline(processing("prepare", HERE + OUTPUT + program)))
    assert error.step == "prepare"
    assert re.search(cause, str(error))
    assert remedy in error.remedy
    (found,) = home.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.FAILED, str(error))
    assert (found.steps[0].status, found.steps[0].failure) == (StepStatus.FAILED, error.cause)
    assert found.steps[0].attempts == 1
    assert home.registry().packages() == []
    assert in_hand(home) == []
    assert list((home.folder / "pipeline").glob("objects/*")) == []


def test_the_log_of_a_failed_step_stays(home) -> None:
    error = failure(home, pipeline(processing("prepare", "print('so far'); 1 / 0")))
    log = home.runner().log(error.execution_id, "prepare")
    assert log.startswith("so far\n")
    assert "ZeroDivisionError" in log


def test_a_training_that_leaves_no_model_fails(home) -> None:
    rows = home.runner().stage("rows", {"rows.txt": b"7 rows"})
    empty = failure(home, pipeline(training("train", "pass", train=rows)))
    assert "wrote no output 'model': /opt/ml/model is empty" in str(empty)
    says = HERE + "(ml / 'output/failure').write_text('No one left.'); sys.exit(1)"
    assert "No one left." in str(failure(home, pipeline(training("train", says, train=rows))))


def test_a_program_that_is_not_there_is_named(home) -> None:
    step = processing("prepare", WRITES)
    step["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = ["pythom"]
    assert "'pythom' could not be started" in str(failure(home, pipeline(step)))


def test_a_folder_outside_of_the_container_s_is_refused(home) -> None:
    step = processing("prepare", WRITES)
    (output,) = step["Arguments"]["ProcessingOutputConfig"]["Outputs"]
    output["S3Output"]["LocalPath"] = "/opt/ml/../../etc"
    assert "is not below /opt/ml" in str(failure(home, pipeline(step)))


def test_a_step_that_takes_too_long_is_stopped_with_all_that_it_started(home, tmp_path) -> None:
    program = HERE + (
        "import subprocess, time; child = subprocess.Popen(['sleep', '60']); "
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    error = failure(home, pipeline(processing("prepare", program, limit_s=1)))
    assert "longer than the 1 s of MaxRuntimeInSeconds" in str(error)
    until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_what_a_step_leaves_running_is_stopped(home, tmp_path) -> None:
    leaves = "import subprocess; child = subprocess.Popen(['sleep', '60']); " + (
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid)); "
    )
    run(home, pipeline(processing("prepare", leaves + WRITES)))
    until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_a_full_disk_fails_the_execution_and_leaves_nothing_half_done(home) -> None:
    assert exit_codes(1, run_on_a_full_disk, home.folder) == [0]
    told = (home.folder / "told").read_text()
    assert "failed in step 'train'" in told
    assert "(EFBIG)" in told
    assert "Check free disk space" in told
    (found,) = home.runner().executions()
    assert found.status is ExecutionStatus.FAILED
    assert in_hand(home) == []
    assert list((home.folder / "pipeline").glob("objects/*")) == []
    assert home.runner().problems() == []


def test_a_disk_fault_may_be_tried_again(home) -> None:
    objects = home.folder / "pipeline" / "objects"
    objects.parent.mkdir(mode=0o700)
    objects.write_text("in the way")
    policy = {"ExceptionType": ["Step.SERVICE_FAULT"], "IntervalSeconds": 5, "MaxAttempts": 2}
    step = processing("prepare", WRITES, RetryPolicies=[policy])
    error = failure(home, pipeline(step))
    assert "keeping its outputs was not possible" in str(error)
    assert home.waited == [5, 10]


def killed_twice(tmp_path: Path, *, ends: str, **policy: object) -> dict[str, object]:
    """Return a step that ends badly twice before it succeeds."""
    count = f"open({str(tmp_path / 'runs')!r}, 'a+')"
    program = f"import os; runs = {count}; runs.write('x'); runs.flush(); runs.seek(0); " + (
        f"{ends} if len(runs.read()) < 3 else 0; " + WRITES
    )
    given = {"IntervalSeconds": 30, "BackoffRate": 2.0} | policy
    return pipeline(processing("prepare", program, RetryPolicies=[given]))


def test_a_killed_step_is_tried_again_as_the_policy_says(home, tmp_path) -> None:
    internal = ["SageMaker.JOB_INTERNAL_ERROR"]
    policy = {"ExceptionType": internal, "MaxAttempts": 3}
    events: list[StepEvent] = []
    definition = killed_twice(tmp_path, ends="os.kill(os.getpid(), 9)", **policy)
    done = run(home, definition, follow=events.append)
    assert done.step("prepare").attempts == 3
    assert home.waited == [30, 60]
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
    home, tmp_path, ends: str, policy: dict[str, object], waited: list[float]
) -> None:
    failure(home, killed_twice(tmp_path, ends=ends, **policy))
    assert home.waited == waited


def test_a_step_that_writes_into_its_input_harms_itself_alone(home) -> None:
    spoils = HERE + INPUT + (
        "file = inside / 'rows/rows.txt'; file.chmod(0o600); file.write_text('spoiled'); " + WRITES
    )  # fmt: skip
    runner = home.runner()
    definition = pipeline(
        processing("prepare", WRITES),
        processing("spoil", spoils, inputs={"rows": output_of("prepare", "rows")}),
    )
    runner.run(definition, parameters={}, by="ana")
    assert runner.read("s3://stayline/runs/prepare/rows/rows.txt") == b"7 rows"


@pytest.mark.parametrize("harm", ["altered", "torn", "removed", "added"])
def test_former_outputs_that_were_harmed_are_found_and_made_anew(home, harm: str) -> None:
    run(home, two_steps(**CACHED))
    (file,) = (home.folder / "pipeline").glob("objects/*/rows.txt")
    match harm:
        case "altered":
            file.write_text("9 rows")
        case "torn":
            file.write_text("7 r")
        case "removed":
            file.unlink()
        case "added":
            (file.parent / "more.txt").write_text("more")
    (problem,) = home.runner().problems()
    assert "missing or was altered" in problem
    with pytest.raises(NothingKept):
        home.runner().read("s3://stayline/runs/prepare/rows/rows.txt")

    again = run(home, two_steps(**CACHED))

    assert [step.cached_from for step in again.steps] == [None, "2026-03-01-001"]
    assert home.runner().read("s3://stayline/runs/prepare/rows/rows.txt") == b"7 rows"
    assert home.runner().problems() == []


def test_runners_at_once_do_not_harm_each_other(home) -> None:
    home.runner().executions()
    assert exit_codes(3, run_two_steps, home.folder) == [0] * 3
    found = home.runner().executions()
    assert [e.execution_id for e in found] == [f"2026-03-01-00{n}" for n in (3, 2, 1)]
    assert {e.status for e in found} == {ExecutionStatus.SUCCEEDED}
    assert len({str(e.step("train").outputs) for e in found}) == 1
    assert home.runner().problems() == []


def test_outputs_of_a_running_execution_are_not_removed_however_old(home) -> None:
    def purge(event: StepEvent) -> None:
        if (event.step, event.status) == ("prepare", StepStatus.SUCCEEDED):
            home.runner().purge_expired(at=NOON + timedelta(days=99))

    assert run(home, two_steps(), follow=purge).status is ExecutionStatus.SUCCEEDED


def started_run(home: PipelineHome) -> "subprocess.Popen[bytes]":
    """Start a run in another process and wait until its second step runs."""
    environment = os.environ | {"PYTHONPATH": str(Path(pipeline_processes.__file__).parent)}
    process = subprocess.Popen([*RUNNER, str(home.folder)], env=environment)
    sign = home.folder / "pid"
    until(lambda: (sign.exists() and sign.read_text()) or process.poll() is not None)
    return process


def test_a_runner_that_is_killed_takes_its_step_along_and_can_be_resumed(home) -> None:
    with started_run(home) as process:
        step = int((home.folder / "pid").read_text())
        assert is_alive(step)
        (found,) = home.runner().executions()
        assert found.status is ExecutionStatus.EXECUTING
        with pytest.raises(StillExecuting, match=found.execution_id):
            home.runner().resume(found.execution_id, by="bo")
        process.kill()
    until(lambda: not is_alive(step))

    (found,) = home.runner().executions()
    assert found.status is ExecutionStatus.STOPPED
    assert f"stayline pipeline resume {found.execution_id}" in found.failure
    assert [s.status for s in found.steps] == [StepStatus.SUCCEEDED, StepStatus.STOPPED]

    done = home.runner().resume(found.execution_id, by="bo")

    assert done.status is ExecutionStatus.SUCCEEDED
    assert done.step("prepare") == found.step("prepare")
    assert in_hand(home) == []
    assert home.runner().problems() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_runner_that_is_asked_to_stop_writes_that_down(home, number: signal.Signals) -> None:
    with started_run(home) as process:
        step = int((home.folder / "pid").read_text())
        process.send_signal(number)
        assert process.wait(PATIENCE_S) in (143, -signal.SIGINT)
    assert not is_alive(step)
    (found,) = home.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.STOPPED, "It was stopped.")
    assert found.step("train").status is StepStatus.STOPPED
    assert in_hand(home) == []


def test_what_a_killed_runner_left_in_hand_is_removed_by_the_next_run(home) -> None:
    with started_run(home) as process:
        process.kill()
    assert in_hand(home) != []
    run(home, pipeline(processing("other", WRITES)))
    assert in_hand(home) == []


def test_an_input_that_another_runner_holds_stays_until_that_one_lets_go(home) -> None:
    one, other = home.runner(), home.runner()
    uri = one.stage("protected", {"sex.txt": b"x"})
    assert other.stage("protected", {"sex.txt": b"x"}) == uri
    one.unstage(uri)
    assert other.read(f"{uri}/sex.txt") == b"x"
    other.unstage(uri)
    with pytest.raises(NothingKept):
        other.read(f"{uri}/sex.txt")
    assert list((home.folder / "pipeline" / "staged").rglob("*.txt")) == []


def test_inputs_that_nobody_holds_are_removed_by_the_next_purge(home) -> None:
    code = (
        "import sys; from pathlib import Path; from small_pipelines import PipelineHome;"
        f"PipelineHome(Path({str(home.folder)!r})).runner().stage('left', {{'x.txt': b'x'}})"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(pipeline_processes.__file__).parent)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    staged = home.folder / "pipeline" / "staged"
    runner = home.runner()
    held = runner.stage("held", {"y.txt": b"y"})
    assert len(list(staged.rglob("*.txt"))) == 2
    assert runner.purge_expired(at=NOON) == 1
    assert runner.read(f"{held}/y.txt") == b"y"
    assert len(list(staged.rglob("*.txt"))) == 1


def test_inputs_of_a_failed_execution_wait_a_day_to_be_resumed(home) -> None:
    code = (
        "import sys; from pathlib import Path; from small_pipelines import *;"
        "from stayline.errors import ExecutionFailed;"
        f"runner = PipelineHome(Path({str(home.folder)!r})).runner();"
        "uri = runner.stage('rows', {'x.txt': b'x'});"
        "step = processing('prepare', 'import sys; sys.exit(1)', inputs={'rows': "
        "{'Get': 'Parameters.Rows'}});"
        "runner.run(pipeline(step, Rows=uri), parameters={}, by='ana')"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(pipeline_processes.__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=False, capture_output=True
    )
    assert b"ExecutionFailed" in done.stderr
    staged = home.folder / "pipeline" / "staged"
    home.runner().purge_expired(at=NOON + timedelta(hours=23))
    assert len(list(staged.rglob("*.txt"))) == 1
    home.runner().purge_expired(at=NOON + timedelta(hours=25))
    assert list(staged.rglob("*.txt")) == []


def test_an_altered_input_is_not_used(home) -> None:
    runner = home.runner()
    uri = runner.stage("rows", {"rows.txt": b"7 rows"})
    (file,) = (home.folder / "pipeline" / "staged").rglob("rows.txt")
    file.write_bytes(b"9 rows")
    with pytest.raises(ExecutionFailed, match="nothing whole is kept at its input"):
        runner.run(pipeline(training("train", LEARNS, train=uri)), parameters={}, by="ana")
    assert runner.stage("rows", {"rows.txt": b"7 rows"}) == uri
    assert runner.read(f"{uri}/rows.txt") == b"7 rows"


def test_a_defect_in_who_follows_is_written_down_and_raised(home) -> None:
    def follow(event: StepEvent) -> None:
        raise KeyError(event.step)

    with pytest.raises(KeyError):
        run(home, two_steps(), follow=follow)
    (found,) = home.runner().executions()
    assert (found.status, found.failure) == (ExecutionStatus.FAILED, "An unexpected KeyError.")


def test_the_long_run_of_these_tests_is_a_definition_like_others(home, tmp_path) -> None:
    (tmp_path / "pid").touch()
    assert run(home, long_run(tmp_path)).status is ExecutionStatus.SUCCEEDED
