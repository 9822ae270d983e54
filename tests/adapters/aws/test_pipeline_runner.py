"""The runner on a fake of SageMaker Pipelines whose executions follow a script; nothing runs."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from aws_pipelines import (
    CALLS,
    CHECKED,
    GATED,
    PACKAGE,
    REPORT,
    TRAINED,
    AwsPipelineHome,
    prepared,
    step,
)
from faulty_way import Fault, refusal
from small_pipelines import CACHED, gated, pipeline, processing, two_steps
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.pipeline_runner import LEFT, SageMakerPipelineRunner
from stayline.adapters.objects.bucket import Bucket
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.model_package import ApprovalStatus
from stayline.domain.pipeline_execution import ExecutionStatus, StepStatus
from stayline.errors import (
    AwsRefused,
    ExecutionFailed,
    NothingKept,
    ResumeRefused,
    UnknownExecution,
)
from stayline.usecases.take_up_executions import take_up_executions
from stores import NOON, EmbeddedBackend

SECOND = timedelta(seconds=1)


@pytest.fixture
def home(stack):
    return AwsPipelineHome(stack)


def run(runner, definition, **parameters):
    return runner.run(definition, parameters=parameters, by="ana")


def gates(home):
    return gated(home.runner().stage("package", {"model.tar.gz": PACKAGE}))


def test_an_execution_is_followed_to_its_end_and_written_down(home):
    home.script.steps = [prepared(), TRAINED]
    home.script.looks = 3
    home.put("runs/prepare/rows/rows.txt", b"7 rows")
    waited, told = [], []
    done = home.runner(waited.append).run(two_steps(), parameters={}, by="ana", follow=told.append)
    assert home.runner().find(done.execution_id) == done
    assert (done.execution_id, done.status, done.started_by, done.ended_at) == (
        "2026-03-01-001", ExecutionStatus.SUCCEEDED, "ana", NOON
    )  # fmt: skip
    assert [(one.name, one.type, one.status) for one in done.steps] == [
        ("prepare", "Processing", StepStatus.SUCCEEDED),
        ("train", "Training", StepStatus.SUCCEEDED),
    ]
    assert len(waited) == 3
    assert [(one.step, one.status) for one in told] == [
        ("prepare", StepStatus.SUCCEEDED), ("train", StepStatus.SUCCEEDED)
    ]  # fmt: skip
    assert home.runner().output(done.execution_id, "prepare", "rows") == {"rows.txt": b"7 rows"}


def test_sagemaker_is_given_the_same_definition_with_the_places_of_the_stack(home, stack):
    definition = pipeline(
        processing("prepare", "pass", inputs={"rows": {"Get": "Parameters.WorkforceUri"}}),
        WorkforceUri="s3://stayline/none",
        ImageUri="stayline",
        RoleArn="arn:aws:iam::000000000000:role/stayline",
    )
    uri = home.runner().stage("workforce", {"x.txt": b"x"})
    done = run(home.runner(), definition, WorkforceUri=uri)
    assert home.runner().definition(done.execution_id) == definition
    sagemaker = Clients(stack).of("sagemaker")
    (one,) = sagemaker.list_pipeline_executions(PipelineName=stack.pipeline)[
        "PipelineExecutionSummaries"
    ]
    asked = sagemaker.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=one["PipelineExecutionArn"]
    )["PipelineParameters"]
    assert {each["Name"]: each["Value"] for each in asked} == {
        "OutputUri": f"s3://{stack.data_bucket}/runs",
        "WorkforceUri": uri.replace("s3://stayline/", f"s3://{stack.data_bucket}/"),
        "ImageUri": stack.image,
        "RoleArn": stack.pipeline_role,
    }
    published = sagemaker.describe_pipeline(PipelineName=stack.pipeline)
    assert f"s3://{stack.data_bucket}/runs" in published["PipelineDefinition"]
    assert "s3://stayline/" not in published["PipelineDefinition"]
    assert published["RoleArn"] == stack.pipeline_role
    assert one["PipelineExecutionDisplayName"] == done.execution_id


def test_protected_attributes_are_staged_under_their_own_key_and_gone_after_use(home, stack):
    runner = home.runner()
    uri = runner.stage("protected", {"sex.txt": b"x"})
    protected = Bucket(Clients(stack), stack.protected_bucket, "a test")
    (key,) = protected.keys("")
    assert uri == f"s3://stayline/{key.removesuffix('/sex.txt')}"
    assert list(Bucket(Clients(stack), stack.data_bucket, "a test").keys("staged/")) == []
    runner.unstage(uri)
    versions = Clients(stack).of("s3").list_object_versions(Bucket=stack.protected_bucket)
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")


def test_a_long_definition_is_handed_over_in_s3(home, stack):
    home.script.steps = [prepared()]
    steps = [processing(f"step-{n}", "pass  # " + "x" * 4000) for n in range(30)]
    run(home.runner(), pipeline(*steps))
    published = Clients(stack).of("sagemaker").describe_pipeline(PipelineName=stack.pipeline)
    assert len(published["PipelineDefinition"]) > 100_000


def test_what_a_pipeline_registered_is_a_pending_version_with_its_reports(home):
    home.registers()
    done = run(home.runner(), gates(home))
    (package,) = home.registry().packages()
    assert (package.version, package.status, package.trained_by, package.metrics) == (
        1, ApprovalStatus.PENDING, "ana", {"roc_auc": 0.81}
    )  # fmt: skip
    assert home.registry().archive(package.digest) == PACKAGE
    assert home.registry().reports(package.digest) == {
        "bias_analysis.json": REPORT, "table.csv": b"a,b"
    }  # fmt: skip
    registered = done.step("register")
    assert registered.properties["ModelPackageArn"].endswith("/1")
    assert registered.inputs == {"package": package.digest}


def test_the_same_bytes_again_are_the_version_that_is_there(home):
    for _ in range(2):
        home.registers()
        home.script.looks = 1
        done = run(home.runner(), gates(home))
    assert done.step("register").properties["ModelPackageArn"].endswith("/1")
    assert [one.version for one in home.registry().packages()] == [1]


def test_files_with_other_digests_than_were_checked_are_not_registered(home):
    home.registers()
    home.put("runs/check/reports/bias_analysis.json", b'{"altered":1}')
    with pytest.raises(ExecutionFailed, match=r"bias_analysis.*expected") as failed:
        run(home.runner(), gates(home))
    assert failed.value.step == "register"
    assert home.registry().packages() == []
    assert home.runner().find("2026-03-01-001").status is ExecutionStatus.FAILED


def test_a_failed_step_tells_why_in_the_words_that_its_program_left(home, faulty):
    why = "AlgorithmError: See job logs for more information"
    home.script.steps = [prepared("Failed", FailureReason=why)]
    home.script.status, home.script.looks = "Failed", 0
    words = Fault(200, '{"ExitMessage": "Too few rows: 7.\\n"}', of="DescribeProcessingJob")
    faulty.faults = [words, words]
    with pytest.raises(ExecutionFailed, match=r"'prepare': Too few rows: 7\."):
        run(home.runner(), two_steps())
    assert home.runner().find("2026-03-01-001").step("prepare").failure == "Too few rows: 7."


@pytest.mark.parametrize(
    "unknown",
    [
        refusal("AccessDeniedException", of="DescribeProcessingJob"),
        refusal("ValidationException", of="DescribeProcessingJob"),
        Fault(200, "{}", of="DescribeProcessingJob"),
    ],
    ids=["not permitted", "not there", "no words"],
)
def test_where_there_are_no_such_words_a_failed_step_tells_what_sagemaker_says(
    home, faulty, unknown
):
    home.script.steps = [prepared("Failed", FailureReason="ClientError: no image")]
    home.script.status, home.script.looks = "Failed", 0
    faulty.faults = [unknown, unknown]
    with pytest.raises(ExecutionFailed, match="'prepare': ClientError: no image"):
        run(home.runner(), two_steps())


def test_a_fail_step_ends_the_execution_with_its_message_and_leaves_the_evidence(home):
    told = {"ErrorMessage": "Recall is 0.2, at least 0.3 is asked."}
    home.script.steps = [CHECKED, step("fail", "Fail", told, "Failed")]
    home.script.status = "Failed"
    home.put("runs/check/gates/gates.json", b"{}")
    with pytest.raises(ExecutionFailed, match=r"'fail': Recall is 0\.2"):
        run(home.runner(), gates(home))
    found = home.runner().find("2026-03-01-001")
    assert found.status is ExecutionStatus.FAILED
    assert home.runner().output(found.execution_id, "check", "gates") == {"gates.json": b"{}"}
    with pytest.raises(ResumeRefused, match="it is Failed"):
        home.runner().resume(found.execution_id, by="ana")


def test_ctrl_c_stops_the_execution_in_sagemaker(home):
    home.script.steps, home.script.looks = [prepared("Executing")], 99

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(home.runner(stop), two_steps())
    assert home.script.was_stopped
    assert home.runner().find("2026-03-01-001").status is ExecutionStatus.STOPPED


class Killed(BaseException):
    pass


def die(_):
    raise Killed


def test_sagemaker_goes_on_without_us_and_whoever_started_it_takes_up_what_it_made(home):
    home.registers()
    home.script.looks = 4
    with pytest.raises(Killed):
        run(home.runner(die), gates(home))
    assert home.runner().find("2026-03-01-001").status is ExecutionStatus.EXECUTING
    assert not home.runner().forget_rows()
    home.script.looks = 0
    (cut_short,) = home.runner().executions()
    assert cut_short.was_cut_short
    assert "resume 2026-03-01-001" in home.runner().notes()[0]
    with pytest.raises(ResumeRefused, match="'ana' started it"):
        home.runner().resume("2026-03-01-001", by="bo")
    done = home.runner().resume("2026-03-01-001", by="ana")
    assert (done.status, done.resumed_by) == (ExecutionStatus.SUCCEEDED, "ana")
    assert [one.trained_by for one in home.registry().packages()] == ["ana"]
    assert home.runner().resume("2026-03-01-001", by="bo") == done
    assert home.runner().notes() == []


def test_what_ended_with_nobody_there_is_taken_up_under_its_trainer_s_name(home):
    home.registers()
    home.script.looks = 3
    with pytest.raises(Killed):
        run(home.runner(die), gates(home))
    assert list(home.runner().take_up()) == []  # it goes on
    home.script.looks = 0
    assert list(home.runner().take_up()) == []  # somebody may be about to look
    home.clock.instant += LEFT + SECOND
    (taken,) = home.runner().take_up()
    assert (taken.execution_id, taken.status, taken.resumed_by) == (
        "2026-03-01-001", ExecutionStatus.SUCCEEDED, None
    )  # fmt: skip
    assert [one.trained_by for one in home.registry().packages()] == ["ana"]
    assert list(home.runner().take_up()) == []
    assert home.registry().problems() == []


def test_killed_before_it_noted_sagemaker_s_answer_an_execution_is_found_by_its_name(home, faulty):
    home.registers()

    def cut(operation):
        if "StartPipelineExecution" in faulty.asked:
            faulty.stopped_at = 0

    faulty.before = cut
    with pytest.raises(AwsRefused):
        run(home.runner(), gates(home))
    faulty.before, faulty.stopped_at = lambda operation: None, None
    home.script.looks = 0
    home.clock.instant += LEFT + SECOND
    (taken,) = home.runner().take_up()
    assert taken.status is ExecutionStatus.SUCCEEDED
    assert len(home.registry().packages()) == 1


def test_one_that_cannot_be_taken_up_is_in_no_other_s_way_and_no_event_is_lost(
    home, faulty, tmp_path
):
    home.registers()
    for _ in range(2):
        home.script.looks = 3
        with pytest.raises(Killed):
            run(home.runner(die), gates(home))
    home.script.looks = 0
    home.clock.instant += LEFT + SECOND
    audit = EmbeddedBackend(tmp_path).audit()
    faulty.faults = [refusal("AccessDeniedException", of="DescribePipelineExecution")]
    with pytest.raises(AwsRefused):  # of the newest, which is looked at first
        take_up_executions(runner=home.runner(), audit=audit, clock=home.clock)
    assert [event.details["execution"] for event in audit.events()] == ["2026-03-01-001"]
    take_up_executions(runner=home.runner(), audit=audit, clock=home.clock)
    assert [event.details["execution"] for event in audit.events()] == [
        "2026-03-01-001", "2026-03-01-002"
    ]  # fmt: skip


def test_an_execution_is_looked_for_no_further_back_than_it_began(home, faulty):
    faulty.faults = [refusal("AccessDeniedException", of="StartPipelineExecution")]
    with pytest.raises(AwsRefused):
        run(home.runner(), two_steps())
    asked = []
    runner = home.runner()
    runner._executions._clients.session.events.register(
        "provide-client-params.sagemaker.ListPipelineExecutions",
        lambda params, **_: asked.append(params["CreatedAfter"]),
    )
    assert list(runner.take_up()) == []
    assert asked == [NOON - timedelta(days=1)]


def test_one_that_sagemaker_never_heard_of_is_left_to_whoever_started_it(home, faulty):
    faulty.faults = [refusal("AccessDeniedException", of="StartPipelineExecution")]
    with pytest.raises(AwsRefused):
        run(home.runner(), two_steps())
    home.clock.instant += LEFT + SECOND
    assert list(home.runner().take_up()) == []
    assert home.runner().find("2026-03-01-001").was_cut_short


def test_what_is_taken_up_is_audited_as_if_somebody_had_followed_it(home, tmp_path):
    home.registers()
    home.script.looks = 3
    with pytest.raises(Killed):
        run(home.runner(die), gates(home))
    home.script.looks = 0
    home.clock.instant += LEFT + SECOND
    audit = EmbeddedBackend(tmp_path).audit()
    (words,) = take_up_executions(runner=home.runner(), audit=audit, clock=home.clock)
    assert words.endswith("version 1 is taken up.")
    (event,) = audit.events()
    assert (event.kind, event.actor, event.subject) == (
        AuditEventKind.MODEL_REGISTERED, "ana", "1"
    )  # fmt: skip
    assert event.details["digest"] == home.registry().find(1).digest


def test_one_that_failed_with_nobody_there_is_written_down_as_failed_once(home):
    home.registers()
    home.script.looks = 3
    with pytest.raises(Killed):
        run(home.runner(die), gates(home))
    home.put("runs/check/reports/bias_analysis.json", b'{"altered":1}')
    home.script.looks = 0
    home.clock.instant += LEFT + SECOND
    (taken,) = home.runner().take_up()
    assert taken.status is ExecutionStatus.FAILED
    assert "bias_analysis" in taken.failure
    assert home.registry().packages() == []
    assert list(home.runner().take_up()) == []


def test_killed_before_sagemaker_was_asked_it_is_started_by_whoever_resumes(home, faulty):
    home.script.steps = [prepared()]
    faulty.faults = [refusal("AccessDeniedException", of="StartPipelineExecution")]
    with pytest.raises(AwsRefused):
        run(home.runner(), two_steps())
    assert home.runner().find("2026-03-01-001").was_cut_short
    assert home.runner().resume("2026-03-01-001", by="ana").status is ExecutionStatus.SUCCEEDED


def test_a_start_whose_answer_got_lost_is_sent_again_with_the_same_token(home, faulty, stack):
    home.script.steps = [prepared()]
    faulty.faults = [Fault(of="StartPipelineExecution", is_lost=True)]
    run(home.runner(), two_steps())
    assert faulty.asked.count("StartPipelineExecution") == 2


def test_a_step_whose_outputs_were_used_again_names_the_execution(home, stack):
    home.script.steps = [prepared()]
    first = run(home.runner(), two_steps())
    (one,) = (
        Clients(stack)
        .of("sagemaker")
        .list_pipeline_executions(PipelineName=stack.pipeline)["PipelineExecutionSummaries"]
    )
    hit = {"SourcePipelineExecutionArn": one["PipelineExecutionArn"]}
    home.script.steps, home.script.looks = [prepared(CacheHitResult=hit)], 0
    again = run(home.runner(), two_steps())
    assert again.step("prepare").cached_from == first.execution_id


def test_what_another_execution_wrote_to_the_same_place_is_not_handed_out(home):
    home.script.steps = [prepared()]
    home.put("runs/prepare/rows/rows.txt", b"7 rows")
    done = run(home.runner(), two_steps())
    uri = "s3://stayline/runs/prepare/rows/rows.txt"
    assert home.runner().read(uri, execution_id=done.execution_id) == b"7 rows"
    home.put("runs/prepare/rows/rows.txt", b"8 rows")
    assert home.runner().read(uri) == b"8 rows"
    with pytest.raises(NothingKept):
        home.runner().output(done.execution_id, "prepare", "rows")
    with pytest.raises(NothingKept):
        home.runner().read(uri, execution_id=done.execution_id)


def test_a_log_comes_from_cloudwatch_and_steps_that_have_one_are_named(home, stack):
    home.script.steps = [prepared(), GATED]
    done = run(home.runner(), two_steps())
    logs = Clients(stack).of("logs")
    group, stream = "/aws/sagemaker/ProcessingJobs", "p-1/algo-1"
    with suppress(logs.exceptions.ResourceNotFoundException):  # another test may have printed
        logs.delete_log_group(logGroupName=group)
    assert home.runner().log(done.execution_id, "prepare") == ""
    logs.create_log_group(logGroupName=group)
    assert home.runner().log(done.execution_id, "prepare") == ""
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(datetime.now(UTC).timestamp() * 1000)
    logs.put_log_events(
        logGroupName=group, logStreamName=stream,
        logEvents=[{"timestamp": now + n, "message": f"line {n}"} for n in range(2)],
    )  # fmt: skip
    assert home.runner().log(done.execution_id, "prepare") == "line 0\nline 1\n"
    with pytest.raises(UnknownExecution, match=r"'gate'.*have one: prepare"):
        home.runner().log(done.execution_id, "gate")


def test_a_log_that_must_not_be_read_is_not_taken_for_an_empty_one(home, faulty):
    home.script.steps = [prepared()]
    done = run(home.runner(), two_steps())
    faulty.faults = [refusal("AccessDeniedException", of="FilterLogEvents")]
    with pytest.raises(AwsRefused, match="CloudWatch Logs"):
        home.runner().log(done.execution_id, "prepare")


def test_runs_and_inputs_too_old_to_be_used_again_go_with_all_their_versions(home, stack):
    home.script.steps = [prepared()]
    home.put("runs/a1/prepare/rows/rows.parquet", b"rows")
    home.put("runs/a1/check/reports/x.json", b"{}")
    home.runner().stage("workforce", {"x.parquet": b"x"})
    assert home.runner().purge_expired(at=NOON) == 0
    later = datetime.now(UTC) + timedelta(days=31)
    assert home.runner().purge_expired(at=later) == 2
    versions = Clients(stack).of("s3").list_object_versions(Bucket=stack.data_bucket)
    assert not versions.get("Versions")


def test_rows_of_people_are_counted_and_forgotten_while_reports_and_models_stay(home, stack):
    home.put("runs/a1/prepare/rows/rows.parquet", b"rows")
    home.put("runs/a1/check/reports/x.json", b"{}")
    home.put("models/12/model.tar.gz", b"m")
    runner = home.runner()
    runner.stage("workforce", {"x.parquet": b"x"})
    later = datetime.now(UTC) + timedelta(days=1)
    ages = runner.ages(later)
    assert (ages.rows, ages.due) == (2, 2)
    assert runner.forget_rows()
    left = list(Bucket(Clients(stack), stack.data_bucket, "a test").keys(""))
    assert left == ["models/12/model.tar.gz", "runs/a1/check/reports/x.json"]


def test_while_sagemaker_s_cache_may_name_outputs_that_are_gone_every_step_runs(home, stack):
    def published():
        home.script.looks = 0
        run(home.runner(), pipeline(processing("prepare", "pass", **CACHED)))
        told = Clients(stack).of("sagemaker").describe_pipeline(PipelineName=stack.pipeline)
        return told["PipelineDefinition"]

    home.script.steps = [prepared()]
    assert '"CacheConfig"' in published()
    assert home.runner().purge(NOON - timedelta(days=999)) == 0
    assert '"CacheConfig"' in published()  # nothing went
    home.put("runs/a1/prepare/rows/rows.parquet", b"rows")
    assert home.runner().forget_rows()
    assert '"CacheConfig"' not in published()
    newest = home.runner().executions()[0]
    assert "CacheConfig" in str(home.runner().definition(newest.execution_id))
    home.clock.instant += timedelta(days=30)
    assert '"CacheConfig"' in published()


def test_these_tests_make_every_call_that_the_runner_declares(request):
    config = request.config
    if config.option.keyword or any("::" in one for one in config.args):
        pytest.skip("it takes all tests of this file")
    assert CALLS == SageMakerPipelineRunner.CALLS
