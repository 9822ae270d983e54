"""What holds for the embedded runner in particular: its folders, what is used again, what goes."""

import json
import os
import shutil
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline_processes import DIED, audits, crash, stage_and_go
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
from stayline.errors import ExecutionFailed, NothingKept
from store_processes import exit_codes
from stores import NOON


def test_a_step_sees_its_own_variables_and_folders_and_nothing_of_ours(
    pipelines, monkeypatch
) -> None:
    monkeypatch.setenv("STAYLINE_TOKEN_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    program = HERE + OUTPUT + (
        "import json, tempfile; "
        "seen = [sorted(os.environ), sys.executable, os.listdir(), os.getcwd(), os.getpgrp(), "
        "tempfile.gettempdir(), str(ml)]; "
        "(out / 'rows/seen.json').write_text(json.dumps(seen))"
    )  # fmt: skip
    runner = pipelines.runner()
    step = processing("look", program, environment={"SEED": "7"})
    runner.run(pipeline(step), parameters={}, by="ana")
    seen = json.loads(runner.read("s3://stayline/runs/look/rows/seen.json"))
    variables, interpreter, files, folder, group, temporary, root = seen
    own = {"HOME", "LANG", "PATH", "PYTHONUNBUFFERED", "SEED", "STAYLINE_ML_ROOT", "TMPDIR"}
    assert set(variables) - {"LC_CTYPE"} == own
    assert interpreter == sys.executable
    assert files == []
    work = str(pipelines.folder / "pipeline" / "work")
    assert all(path.startswith(work) for path in (folder, temporary, root))
    assert group != os.getpgrp()


def test_a_home_may_be_named_by_a_relative_path(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = PipelineHome(Path("home"))
    home.run(two_steps())
    home.close()


def test_every_folder_and_file_is_for_its_owner_only_and_work_is_removed(pipelines) -> None:
    runner = pipelines.runner()
    uri = runner.stage("rows", {"a/b.txt": b"x"})
    runner.run(
        pipeline(processing("prepare", WRITES, inputs={"rows": uri})), parameters={}, by="ana"
    )
    paths = [p for p in (pipelines.folder / "pipeline").rglob("*") if p.suffix != ".lock"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_dir()} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_file()} == {0o600}
    assert pipelines.in_hand() == []


def test_a_step_that_writes_into_its_input_harms_itself_alone(pipelines) -> None:
    spoils = HERE + INPUT + (
        "file = inside / 'rows/rows.txt'; "
        "assert not file.stat().st_mode & 0o222; file.chmod(0o600); "
        "file.write_text('spoiled'); " + WRITES
    )  # fmt: skip
    runner = pipelines.runner()
    definition = pipeline(
        processing("prepare", WRITES),
        processing("spoil", spoils, inputs={"rows": output_of("prepare", "rows")}),
    )
    runner.run(definition, parameters={}, by="ana")
    assert runner.read("s3://stayline/runs/prepare/rows/rows.txt") == b"7 rows"


@pytest.mark.parametrize("harm", ["altered", "torn", "removed", "added"])
def test_former_outputs_that_were_harmed_are_found_and_made_anew(pipelines, harm: str) -> None:
    pipelines.run(two_steps(**CACHED))
    (file,) = (pipelines.folder / "pipeline").glob("objects/*/rows.txt")
    match harm:
        case "altered":
            file.write_text("9 rows")
        case "torn":
            file.write_text("7 r")
        case "removed":
            file.unlink()
        case "added":
            (file.parent / "more.txt").write_text("more")
    (problem,) = pipelines.runner().problems()
    assert "was altered" in problem
    assert pipelines.runner().notes() == []
    with pytest.raises(NothingKept):
        pipelines.runner().read("s3://stayline/runs/prepare/rows/rows.txt")

    again = pipelines.run(two_steps(**CACHED))

    assert [step.cached_from for step in again.steps] == [None, "2026-03-01-001"]
    assert pipelines.runner().read("s3://stayline/runs/prepare/rows/rows.txt") == b"7 rows"
    assert pipelines.runner().problems() == []


def test_outputs_of_a_running_execution_are_not_removed_however_old(pipelines) -> None:
    def purge(event: StepEvent) -> None:
        if (event.step, event.status) == ("prepare", StepStatus.SUCCEEDED):
            pipelines.runner().purge_expired(at=NOON + timedelta(days=99))

    assert pipelines.run(two_steps(), follow=purge).status is ExecutionStatus.SUCCEEDED


def test_an_input_that_another_runner_holds_stays_until_that_one_lets_go(pipelines) -> None:
    one, other = pipelines.runner(), pipelines.runner()
    uri = one.stage("protected", {"sex.txt": b"x"})
    assert other.stage("protected", {"sex.txt": b"x"}) == uri
    one.unstage(uri)
    assert other.read(f"{uri}/sex.txt") == b"x"
    other.unstage(uri)
    with pytest.raises(NothingKept):
        other.read(f"{uri}/sex.txt")
    assert list((pipelines.folder / "pipeline" / "staged").rglob("*.txt")) == []


def test_inputs_that_nobody_holds_are_removed_by_the_next_purge(pipelines) -> None:
    assert exit_codes(1, stage_and_go, pipelines.folder) == [0]
    staged = pipelines.folder / "pipeline" / "staged"
    runner = pipelines.runner()
    held = runner.stage("held", {"y.txt": b"y"})
    assert len(list(staged.rglob("*.txt"))) == 2
    assert runner.purge_expired(at=NOON) == 1
    assert runner.read(f"{held}/y.txt") == b"y"
    assert len(list(staged.rglob("*.txt"))) == 1


def test_an_output_that_is_gone_is_a_note_and_made_anew(pipelines) -> None:
    pipelines.run(two_steps(**CACHED))
    (file,) = (pipelines.folder / "pipeline").glob("objects/*/rows.txt")
    file.unlink()
    file.parent.rmdir()
    assert pipelines.runner().problems() == []
    (note,) = pipelines.runner().notes()
    assert "is gone; the next run makes it anew" in note
    pipelines.run(two_steps(**CACHED))
    assert pipelines.runner().notes() == []


def crashed(pipelines: PipelineHome, word: str) -> str:
    """Let a run die at the step that reads protected attributes; return the execution."""
    assert exit_codes(1, crash, pipelines.folder, "evaluate", audits, word) == [DIED]
    (found,) = pipelines.runner().executions()
    return found.execution_id


def staged(pipelines: PipelineHome) -> set[str]:
    return {path.parent.parent.name for path in pipelines.folder.glob("pipeline/staged/*/*/*")}


def test_after_a_crash_inputs_wait_a_day_to_be_resumed_but_not_protected_attributes(
    pipelines,
) -> None:
    execution_id = crashed(pipelines, StepStatus.STARTING)
    assert staged(pipelines) == {"protected", "rows"}
    (note,) = pipelines.runner().notes()
    assert "protected attributes of an execution that was cut short are still on disk" in note
    pipelines.runner().purge_expired(at=NOON + timedelta(hours=23))
    assert staged(pipelines) == {"rows"}
    assert pipelines.runner().notes() == []
    with pytest.raises(ExecutionFailed, match=r"nothing whole .*Run `stayline train` again"):
        pipelines.runner().resume(execution_id, by="ana")
    assert staged(pipelines) == set()


def test_protected_attributes_in_a_dead_step_s_folder_are_noted_and_removed(pipelines) -> None:
    crashed(pipelines, "auditing")
    for folder in (pipelines.folder / "pipeline" / "staged" / "protected").glob("*"):
        shutil.rmtree(folder)
    assert len(pipelines.runner().notes()) == 1
    pipelines.runner().purge_expired(at=NOON)
    assert pipelines.runner().notes() == []
    assert pipelines.in_hand() == []


def test_after_a_crash_inputs_go_after_a_day(pipelines) -> None:
    crashed(pipelines, StepStatus.STARTING)
    pipelines.runner().purge_expired(at=NOON + timedelta(hours=25))
    assert staged(pipelines) == set()


def test_inputs_of_an_execution_go_once_it_was_resumed_with_success(pipelines) -> None:
    execution_id = crashed(pipelines, StepStatus.STARTING)
    done = pipelines.runner().resume(execution_id, by="ana")
    assert done.status is ExecutionStatus.SUCCEEDED
    assert staged(pipelines) == set()


def test_a_resumed_execution_keeps_its_protected_attributes_while_it_runs(pipelines) -> None:
    def purge(event: StepEvent) -> None:
        other = pipelines.runner()
        assert other.notes() == []
        other.purge_expired(at=NOON)

    execution_id = crashed(pipelines, StepStatus.STARTING)
    done = pipelines.runner().resume(execution_id, by="ana", follow=purge)
    assert done.status is ExecutionStatus.SUCCEEDED


def test_protected_attributes_that_a_living_process_stages_are_no_left_over(pipelines) -> None:
    runner = pipelines.runner()
    runner.stage("protected", {"sex.txt": b"x"})
    assert pipelines.runner().notes() == []


def test_an_altered_input_is_not_used(pipelines) -> None:
    runner = pipelines.runner()
    uri = runner.stage("rows", {"rows.txt": b"7 rows"})
    (file,) = (pipelines.folder / "pipeline" / "staged").rglob("rows.txt")
    file.write_bytes(b"9 rows")
    with pytest.raises(ExecutionFailed, match="nothing whole is kept at its input"):
        runner.run(pipeline(training("train", LEARNS, train=uri)), parameters={}, by="ana")
    assert runner.stage("rows", {"rows.txt": b"7 rows"}) == uri
    assert runner.read(f"{uri}/rows.txt") == b"7 rows"
