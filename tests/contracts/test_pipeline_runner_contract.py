import hashlib
import io
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aws_pipelines import AwsPipelineHome
from fake_aws import new_stack, variables
from small_pipelines import (
    CACHED,
    HERE,
    INPUT,
    LEARNS,
    OUTPUT,
    WRITES,
    PipelineHome,
    condition,
    fail,
    gated,
    output_of,
    package_bytes,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.domain.model_package import ApprovalStatus, reject
from stayline.domain.pipeline_execution import ExecutionStatus, StepEvent, StepStatus
from stayline.errors import (
    DefinitionRefused,
    ExecutionFailed,
    NothingKept,
    ResumeRefused,
    UnknownExecution,
)
from stayline.ports.pipeline_runner import PipelineRunner
from stores import NOON


@pytest.fixture(params=["embedded"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PipelineHome]:
    opened = {"embedded": PipelineHome}[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=["embedded", "aws"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PipelineHome | AwsPipelineHome]:
    """A home of either family, for what is promised of a runner before any program runs."""
    if request.param == "embedded":
        opened: PipelineHome | AwsPipelineHome = PipelineHome(tmp_path)
    else:
        for name, value in variables(request.getfixturevalue("fake_aws")).items():
            monkeypatch.setenv(name, value)
        opened = AwsPipelineHome(new_stack())
    yield opened
    opened.close()


@pytest.fixture
def runner(home: PipelineHome) -> PipelineRunner:
    return home.runner()


def run(runner: PipelineRunner, definition: dict[str, object], **parameters: object):
    return runner.run(definition, parameters=parameters, by="ana")


def cached(execution) -> dict[str, str | None]:
    return {step.name: step.cached_from for step in execution.steps}


def members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}


def test_steps_run_on_the_outputs_of_others_and_are_written_down(home: PipelineHome) -> None:
    done = run(home.runner(), two_steps())

    found = home.runner().find(done.execution_id)
    assert found == done
    assert (done.status, done.started_by, done.started_at) == (
        ExecutionStatus.SUCCEEDED, "ana", NOON
    )  # fmt: skip
    prepare, train = done.steps
    assert [prepare.status, train.status] == [StepStatus.SUCCEEDED] * 2
    assert [prepare.attempts, train.attempts] == [1, 1]
    assert train.inputs == {"train": prepare.outputs["rows"]}
    uri = train.properties["ModelArtifacts"]["S3ModelArtifacts"]
    assert members(home.runner().read(uri)) == {"xgboost-model": b"learned from 7 rows"}


def test_the_order_follows_from_what_steps_need(runner: PipelineRunner) -> None:
    definition = two_steps()
    definition["Steps"].reverse()
    assert [step.name for step in run(runner, definition).steps] == ["prepare", "train"]


def test_the_very_definition_that_ran_is_kept(runner: PipelineRunner) -> None:
    definition = two_steps()
    done = run(runner, definition)
    assert runner.definition(done.execution_id) == definition
    assert run(runner, two_steps()).definition_digest == done.definition_digest


def test_what_a_step_gets_comes_from_parameters_and_files_of_earlier_steps(
    runner: PipelineRunner,
) -> None:
    first = processing(
        "first",
        HERE + OUTPUT + "(out / 'rows/sums.json').write_text('{\"sum\": {\"of\": 7}}')",
        PropertyFiles=[{"PropertyFileName": "Sums", "OutputName": "rows", "FilePath": "sums.json"}],
    )
    file = {"Get": "Steps.first.PropertyFiles.Sums"}
    total = {"Std:JsonGet": {"PropertyFile": file, "Path": "sum.of"}}
    values = [{"Get": "Parameters.Word"}, total, {"Get": "Execution.PipelineExecutionId"}]
    second = processing(
        "second",
        HERE + OUTPUT + "(out / 'rows/said.txt').write_text(os.environ['SAID'])",
        environment={"SAID": {"Std:Join": {"On": " ", "Values": values}}},
    )
    done = run(runner, pipeline(first, second, Word="sum"), Word="Summe über")
    said = runner.read("s3://stayline/runs/second/rows/said.txt")
    assert said.decode() == f"Summe über 7 {done.execution_id}"


def test_a_training_step_gets_its_hyperparameters_and_channels(runner: PipelineRunner) -> None:
    program = HERE + (
        "import json; config = ml / 'input/config'; "
        "read = lambda name: json.loads((config / f'{name}.json').read_text()); "
        "(ml / 'model/xgboost-model').write_text(json.dumps([read('hyperparameters'), "
        "sorted(read('inputdataconfig')), read('resourceconfig')['hosts']]))"
    )
    definition = pipeline(
        processing("prepare", WRITES),
        training("train", program, train=output_of("prepare", "rows")),
    )
    run(runner, definition)
    model = members(runner.read("s3://stayline/runs/train/output/model.tar.gz"))
    assert model == {"xgboost-model": b'[{"seed": "7"}, ["train"], ["algo-1"]]'}


def test_the_same_files_make_the_same_archive(runner: PipelineRunner) -> None:
    first, second = run(runner, two_steps()), run(runner, two_steps())
    assert cached(second) == {"prepare": None, "train": None}
    assert first.step("train").outputs == second.step("train").outputs


@pytest.mark.parametrize(("verdict", "taken"), [("yes", "then"), ("no", "otherwise")])
def test_a_condition_leads_to_one_of_its_branches(
    runner: PipelineRunner, verdict: str, taken: str
) -> None:
    definition = pipeline(
        condition(
            "choice", {"Get": "Parameters.Verdict"}, "yes",
            then=[processing("then", WRITES)], otherwise=[processing("otherwise", WRITES)],
        ),
        Verdict=verdict,
    )  # fmt: skip
    done = run(runner, definition)
    assert [step.name for step in done.steps] == ["choice", taken]
    assert done.step("choice").properties == {"Outcome": str(verdict == "yes")}


def test_a_fail_step_ends_the_execution_with_its_message(runner: PipelineRunner) -> None:
    definition = pipeline(processing("prepare", WRITES), fail("stop", "Too few rows: get more."))
    with pytest.raises(ExecutionFailed, match=r"2026-03-01-001 .* 'stop': Too few rows") as caught:
        run(runner, definition)
    (failed,) = runner.executions()
    assert (failed.execution_id, failed.status) == (
        caught.value.execution_id, ExecutionStatus.FAILED
    )  # fmt: skip
    assert failed.failure == str(caught.value)
    assert failed.step("stop").status is StepStatus.FAILED
    assert failed.step("stop").failure == caught.value.cause == "Too few rows: get more."


def test_a_package_that_passes_is_registered_as_pending_with_its_reports(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    done = run(runner, gated(runner.stage("package", {"model.tar.gz": package_bytes()})))
    (package,) = home.registry().packages()
    assert (package.status, package.trained_by) == (ApprovalStatus.PENDING, "ana")
    assert package.metrics == {"roc_auc": 0.81}
    assert home.registry().archive(package.digest) == package_bytes()
    assert home.registry().reports(package.digest) == {
        "bias_analysis.json": b"{}", "table.csv": b"a,b"
    }  # fmt: skip
    properties = done.step("register").properties
    assert properties["ModelPackageVersion"] == 1
    assert properties["ModelPackageArn"].endswith(":model-package/attrition-risk/1")


def test_a_package_that_does_not_pass_is_not_registered(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    staged = runner.stage("package", {"model.tar.gz": package_bytes()})
    with pytest.raises(ExecutionFailed, match=r"Recall is 0\.2, at least 0\.3 is asked\."):
        run(runner, gated(staged, verdict="fail"))
    assert home.registry().packages() == []


def test_running_again_neither_doubles_a_version_nor_revives_a_rejected_one(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    staged = runner.stage("package", {"model.tar.gz": package_bytes()})
    run(runner, gated(staged))
    (package,) = home.registry().packages()
    home.registry().decide(
        reject(package, digest=package.digest, by="bo", reason="It finds too few.", at=NOON)
    )
    again = run(runner, gated(staged))
    assert [p.status for p in home.registry().packages()] == [ApprovalStatus.REJECTED]
    assert again.step("register").properties["ModelApprovalStatus"] == "Rejected"
    other = runner.stage("package", {"model.tar.gz": package_bytes(rounds=11)})
    assert run(runner, gated(other)).step("register").properties["ModelPackageVersion"] == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ('{"package_digest": "sha256:00"}', "the package has digest sha256:[0-9a-f]{64}, expected"),
        ('{"bias": "sha256:00"}', r"bias_analysis\.json' has digest .*, expected sha256:00"),
    ],
)
def test_files_with_other_digests_than_were_checked_are_not_registered(
    home: PipelineHome, runner: PipelineRunner, changes: str, told: str
) -> None:
    staged = runner.stage("package", {"model.tar.gz": package_bytes()})
    changes = changes.replace("00", "0" * 64)
    with pytest.raises(ExecutionFailed, match=told):
        run(runner, gated(staged, changes=changes))
    assert home.registry().packages() == []


def test_what_is_no_package_is_not_registered(home: PipelineHome, runner: PipelineRunner) -> None:
    with pytest.raises(ExecutionFailed, match="'register': Model package refused"):
        run(runner, gated(runner.stage("package", {"model.tar.gz": b"no archive"})))
    assert home.registry().packages() == []


def test_a_definition_with_faults_is_refused_before_anything_starts(either) -> None:
    runner = either.runner()
    definition = two_steps()
    definition["Steps"][1]["Arguments"]["ResourceConfig"]["InstanceType"] = "ml.bogus"
    with pytest.raises(DefinitionRefused, match=r"train: Arguments\.ResourceConfig\.InstanceType"):
        run(runner, definition)
    assert runner.executions() == []


def test_a_step_that_only_the_cloud_can_run_is_refused_before_anything_starts(
    runner: PipelineRunner,
) -> None:
    step = {"Name": "note", "Type": "Lambda", "Arguments": {}, "FunctionArn": "arn:aws:lambda:x"}
    with pytest.raises(DefinitionRefused, match=r"note.*Lambda"):
        run(runner, pipeline(processing("prepare", WRITES), step))
    assert runner.executions() == []


def test_parameters_that_do_not_fit_are_refused(either) -> None:
    runner = either.runner()
    with pytest.raises(DefinitionRefused, match=r"Parameters\.OutputUr\b"):
        run(runner, two_steps(), OutputUr="s3://stayline/x")
    assert runner.executions() == []


def test_the_same_contents_are_staged_at_the_same_place(either, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    first = either.runner().stage("rows", {"a/b.txt": b"x"})
    second = either.runner().stage("rows", {"a/b.txt": file})
    other = either.runner().stage("rows", {"a/c.txt": b"x"})
    assert first == second != other
    assert first.startswith("s3://stayline/staged/rows/")
    assert either.runner().read(f"{first}/a/b.txt") == b"x"


def test_an_input_may_be_an_empty_folder_or_one_file(runner: PipelineRunner) -> None:
    program = HERE + INPUT + OUTPUT + (
        "found = sorted(str(f.relative_to(inside)) for f in inside.rglob('*')); "
        "(out / 'rows/found.txt').write_text(' '.join(found))"
    )  # fmt: skip
    nothing = runner.stage("champion", {})
    files = runner.stage("files", {"a/b.txt": b"x", "c.txt": b"y"})
    inputs = {"none": nothing, "one": f"{files}/a/b.txt", "part": f"{files}/a"}
    run(runner, pipeline(processing("look", program, inputs=inputs)))
    found = runner.read("s3://stayline/runs/look/rows/found.txt")
    assert found.decode() == "none one one/b.txt part part/b.txt"


def test_what_was_unstaged_is_gone(either) -> None:
    runner = either.runner()
    uri = runner.stage("protected", {"sex.parquet": b"x"})
    assert runner.read(f"{uri}/sex.parquet") == b"x"
    runner.unstage(uri)
    runner.unstage(uri)
    with pytest.raises(NothingKept, match="staged/protected"):
        runner.read(f"{uri}/sex.parquet")


def test_what_two_have_staged_stays_until_both_let_go(either) -> None:
    one, two = either.runner(), either.runner()
    uri = one.stage("rows", {"rows.parquet": b"x"})
    assert two.stage("rows", {"rows.parquet": b"x"}) == uri
    one.unstage(uri)
    assert two.read(f"{uri}/rows.parquet") == b"x"
    two.unstage(uri)
    with pytest.raises(NothingKept):
        two.read(f"{uri}/rows.parquet")


def test_a_step_whose_input_is_gone_fails(runner: PipelineRunner) -> None:
    uri = runner.stage("protected", {"sex.parquet": b"x"})
    runner.unstage(uri)
    with pytest.raises(ExecutionFailed, match="nothing whole is kept at its input"):
        run(runner, pipeline(processing("audit", WRITES, inputs={"protected": uri})))


def test_executions_and_places_that_never_were_are_named(either) -> None:
    runner = either.runner()
    for ask in (runner.find, runner.definition, lambda i: runner.resume(i, by="ana")):
        with pytest.raises(UnknownExecution, match="'2026-99-99-001'"):
            ask("2026-99-99-001")
    with pytest.raises(NothingKept, match="s3://other/place"):
        runner.read("s3://other/place")
    assert runner.problems() == runner.notes() == []


def test_a_step_is_not_run_again_when_nothing_it_depends_on_has_changed(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    first = run(runner, two_steps(**CACHED))
    home.clock.instant += timedelta(days=29)
    events: list[StepEvent] = []
    second = home.runner().run(
        two_steps(**CACHED),
        parameters={"OutputUri": "s3://stayline/elsewhere"},
        by="bo",
        follow=events.append,
    )
    assert cached(second) == dict.fromkeys(("prepare", "train"), first.execution_id)
    assert [step.attempts for step in second.steps] == [0, 0]
    assert second.step("train").properties == first.step("train").properties
    assert [e.step for e in events if e.cached] == ["prepare", "train"]
    for uri in ("s3://stayline/runs", "s3://stayline/elsewhere"):
        read = runner.read(f"{uri}/prepare/rows/rows.txt", execution_id=second.execution_id)
        assert read == b"7 rows"


def test_a_step_runs_again_when_its_program_arguments_or_inputs_change(
    runner: PipelineRunner,
) -> None:
    run(runner, two_steps(**CACHED))
    rows = output_of("prepare", "rows")
    other_program = two_steps(**CACHED)
    other_program["Steps"] = [
        processing("prepare", WRITES.replace("7 rows", "8 rows"), **CACHED),
        training("train", LEARNS, train=rows, **CACHED),
    ]
    other_argument = pipeline(
        processing("prepare", WRITES, **CACHED),
        training("train", LEARNS, train=rows, seed="8", **CACHED),
    )
    assert cached(run(runner, other_program)) == {"prepare": None, "train": None}
    assert list(cached(run(runner, other_argument)).values()) == ["2026-03-01-001", None]


def test_a_step_is_not_run_again_for_another_machine_or_role(runner: PipelineRunner) -> None:
    run(runner, pipeline(processing("prepare", WRITES, **CACHED)))
    elsewhere = processing(
        "prepare", WRITES, instance="ml.m5.xlarge", role=f"arn:aws:iam::{'1' * 12}:role/x", **CACHED
    )
    assert cached(run(runner, pipeline(elsewhere))) == {"prepare": "2026-03-01-001"}


def test_a_step_runs_again_when_caching_is_off_or_its_outputs_have_expired(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    run(runner, two_steps(**CACHED))
    assert cached(run(runner, two_steps())) == {"prepare": None, "train": None}
    home.clock.instant += timedelta(days=30)
    assert cached(run(runner, two_steps(**CACHED))) == {"prepare": None, "train": None}


def test_expired_outputs_are_removed_when_the_next_run_begins(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    first = run(runner, two_steps(**CACHED))
    home.clock.instant += timedelta(days=31)
    run(runner, pipeline(processing("other", WRITES.replace("7", "9"))))
    with pytest.raises(NothingKept):
        runner.read("s3://stayline/runs/prepare/rows/rows.txt")
    assert runner.find(first.execution_id) == first
    assert runner.problems() == []


def test_two_executions_that_write_to_one_place_can_be_told_apart(runner: PipelineRunner) -> None:
    first = run(runner, pipeline(processing("prepare", WRITES)))
    run(runner, pipeline(processing("prepare", WRITES.replace("7", "9"))))
    uri = "s3://stayline/runs/prepare/rows/rows.txt"
    assert runner.read(uri) == b"9 rows"
    assert runner.read(uri, execution_id=first.execution_id) == b"7 rows"


def test_an_execution_that_failed_or_was_stopped_is_not_resumed(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    with pytest.raises(ExecutionFailed):
        run(runner, pipeline(processing("prepare", "sys.exit('a flaw')")))

    def stop(event: StepEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(two_steps(), parameters={}, by="ana", follow=stop)
    for before, told in zip(runner.executions(), ("Stopped", "Failed"), strict=True):
        with pytest.raises(ResumeRefused, match=f"it is {told}.*`stayline train` again"):
            home.runner().resume(before.execution_id, by="ana")
        assert runner.find(before.execution_id) == before
        assert not before.was_cut_short


def test_an_execution_that_succeeded_is_resumed_to_no_effect(runner: PipelineRunner) -> None:
    done = run(runner, two_steps())
    assert runner.resume(done.execution_id, by="bo") == done


def test_the_files_of_one_output_are_read_together(home: PipelineHome, runner) -> None:
    first = run(runner, two_steps(**CACHED))
    again = run(runner, two_steps(**CACHED))
    for execution in (first, again):
        assert runner.output(execution.execution_id, "prepare", "rows") == {"rows.txt": b"7 rows"}
    for step, name in (("prepare", "cols"), ("gate", "rows")):
        with pytest.raises(NothingKept, match=f"{step}/{name}"):
            runner.output(first.execution_id, step, name)
    home.clock.instant += timedelta(days=31)
    runner.purge_expired(at=home.clock.now())
    with pytest.raises(NothingKept):
        runner.output(first.execution_id, "prepare", "rows")


def test_a_step_that_runs_no_program_has_no_log_and_those_that_have_one_are_named(
    runner: PipelineRunner,
) -> None:
    done = run(runner, gated(runner.stage("package", {"model.tar.gz": package_bytes()})))
    with pytest.raises(UnknownExecution, match=r"'gate'.*have one: check\. .*conditions"):
        runner.log(done.execution_id, "gate")


def test_what_a_step_prints_is_told_line_by_line_and_kept(runner: PipelineRunner) -> None:
    events: list[StepEvent] = []
    program = "print('reading'); print(); print('Zeile über \\x1b[31m7 rows'); " + WRITES
    done = runner.run(
        pipeline(processing("prepare", program)), parameters={}, by="ana", follow=events.append
    )
    lines = [e.line for e in events if e.status is StepStatus.EXECUTING and e.line]
    assert lines == ["reading", "Zeile über [31m7 rows"]
    assert runner.log(done.execution_id, "prepare") == "reading\n\nZeile über \x1b[31m7 rows\n"
    assert [e.status for e in events if not e.line] == [
        StepStatus.STARTING, StepStatus.EXECUTING, StepStatus.SUCCEEDED
    ]  # fmt: skip


def test_executions_are_listed_newest_first_and_named_by_day_and_number(
    home: PipelineHome, runner: PipelineRunner
) -> None:
    for _ in range(2):
        run(runner, pipeline(processing("prepare", WRITES, **CACHED)))
    home.clock.instant += timedelta(days=1)
    run(runner, pipeline(processing("prepare", WRITES, **CACHED)))
    listed = [execution.execution_id for execution in home.runner().executions()]
    assert listed == ["2026-03-02-001", "2026-03-01-002", "2026-03-01-001"]


def test_unknown_executions_steps_and_places_are_named(runner: PipelineRunner) -> None:
    done = run(runner, pipeline(processing("prepare", WRITES)))
    for ask in (runner.find, runner.definition, lambda i: runner.resume(i, by="ana")):
        with pytest.raises(UnknownExecution, match="'2026-99-99-001'"):
            ask("2026-99-99-001")
    with pytest.raises(UnknownExecution, match=r"'\.\./prepare'"):
        runner.log(done.execution_id, "../prepare")
    with pytest.raises(NothingKept, match="s3://other/place"):
        runner.read("s3://other/place")


def test_outputs_are_known_by_their_contents(runner: PipelineRunner) -> None:
    names = HERE + OUTPUT + (
        "[(out / n / 'rows.txt').write_text('7 rows') for n in ('a', 'b')]; "
        "(out / 'c/other.txt').write_text('7 rows')"
    )  # fmt: skip
    done = run(runner, pipeline(processing("prepare", names, outputs=("a", "b", "c"))))
    outputs = done.step("prepare").outputs
    assert outputs["a"] == outputs["b"] != outputs["c"]
    assert len(hashlib.sha256(b"").hexdigest()) == len(outputs["a"].removeprefix("sha256:"))
