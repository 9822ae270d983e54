import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack_template import resource, sample_stack, write_template
from stayline.domain.aws_cost.contents import Endpoint, Function, Machine
from stayline.domain.aws_cost.traffic import DAYS_A_MONTH
from stayline.errors import FileUnreadable
from stayline.formats.cloudformation import read_templates
from stayline.formats.stack_contents import stack_contents
from stayline.formats.stack_types import PRICED, is_known


def contents(tmp_path, resources):
    return stack_contents(read_templates(write_template(tmp_path / "out", resources)))


def test_the_stack_s_parts_are_counted(tmp_path):
    found = contents(tmp_path, sample_stack())
    assert found.endpoints == (Endpoint("Config", "ml.m8g.medium", 1),)
    assert found.functions == (Function("Gateway", 1.0, "arm64", 0.0, answers_requests=True),)
    assert (found.http_apis, found.rest_apis) == (1, 0)
    assert (found.tables, found.recovered_tables, found.buckets) == (2, 2, 1)
    assert (found.keys, found.secrets, found.repositories, found.feature_groups) == (2, 1, 1, 1)
    assert (found.alarmed_metrics, found.dashboards) == (2, 1)
    assert found.unseen == ()


def test_a_metric_of_our_own_counts_once_however_often_it_is_named(tmp_path):
    found = contents(tmp_path, sample_stack()).custom_metrics
    assert "Stayline/stayline-dev watch_violations" in found
    assert len(found) == 1 + 6  # six of the route, which the stage asks for
    stack = sample_stack()
    stack["Stage"]["Properties"]["DefaultRouteSettings"] = {}
    assert len(contents(tmp_path, stack).custom_metrics) == 1


def test_jobs_are_the_steps_of_what_a_schedule_or_an_event_starts(tmp_path):
    jobs = {job.name: job for job in contents(tmp_path, sample_stack()).jobs}
    small, large = Machine("ml.t3.medium"), Machine("ml.m5.large")
    assert jobs["watch"].machines == (small,)
    assert jobs["watch"].runs_a_month == pytest.approx(DAYS_A_MONTH)
    assert (jobs["retrain"].machines, jobs["retrain"].runs_a_month) == ((small, large, small), 1.0)
    assert (jobs["Approved"].machines, jobs["Approved"].runs_a_month) == ((small,), 1.0)


def test_a_job_is_read_from_a_schedule_s_own_input_and_from_a_state_machine(tmp_path):
    cluster = {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 3}}
    given = {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob"}
    states = {"States": {"Run": {"Parameters": {"TransformResources": cluster["ClusterConfig"]}}}}
    stack = {
        "Direct": resource(
            "AWS::Scheduler::Schedule",
            ScheduleExpression="rate(1 hour)",
            Target=given | {"Input": json.dumps({"ProcessingResources": cluster})},
        ),
        "Chain": resource("AWS::StepFunctions::StateMachine", DefinitionString=json.dumps(states)),
        "Nightly": resource(
            "AWS::Events::Rule",
            ScheduleExpression="rate(1 day)",
            Targets=[{"Arn": {"Ref": "Chain"}}],
        ),
    }
    found = contents(tmp_path, stack)
    assert [(job.name, job.machines) for job in found.jobs] == [
        ("Direct", (Machine("ml.m5.large", 3),)),
        ("Nightly", (Machine("ml.m5.large", 3),)),
    ]
    assert dict(found.unknown) == {"AWS::StepFunctions::StateMachine": 1}


def test_a_scheduled_function_runs_at_its_times_also_by_an_alias_of_an_api(tmp_path):
    stack = {
        "Worker": resource("AWS::Lambda::Function"),
        "Live": resource("AWS::Lambda::Alias", FunctionName={"Ref": "Worker"}),
        "Asks": resource(
            "AWS::Lambda::Permission",
            FunctionName={"Ref": "Live"},
            Principal="apigateway.amazonaws.com",
        ),
        "Times": resource(
            "AWS::Events::Rule",
            ScheduleExpression="rate(1 hour)",
            Targets=[{"Arn": {"Fn::GetAtt": ["Worker", "Arn"]}}],
        ),
    }
    (found,) = contents(tmp_path, stack).functions
    assert (found.memory_gb, found.architecture, found.answers_requests) == (0.125, "x86_64", True)
    assert found.runs_a_month == pytest.approx(24 * DAYS_A_MONTH)


def test_a_serverless_endpoint_is_read_by_its_memory(tmp_path):
    found = contents(tmp_path, sample_stack("thrifty"))
    assert found.endpoints == (Endpoint("Config", serverless_gb=2.0),)


def test_a_stack_with_models_and_no_endpoint_says_that_it_is_missing(tmp_path):
    stack = {name: one for name, one in sample_stack().items() if name != "Config"}
    assert contents(tmp_path, stack).unseen == ("the real-time endpoint",)


@pytest.mark.parametrize(
    ("definition", "time"),
    [
        ({"PipelineDefinitionS3Location": {"Bucket": "b", "Key": "k"}}, "rate(1 day)"),
        ({"PipelineDefinitionBody": "{torn"}, "rate(1 day)"),
        ({"PipelineDefinitionBody": "{}"}, {"Ref": "Time"}),
    ],
)
def test_what_cannot_be_told_of_a_job_is_named(tmp_path, definition, time):
    stack = {
        "P": resource("AWS::SageMaker::Pipeline", PipelineName="p", PipelineDefinition=definition),
        "S": resource(
            "AWS::Scheduler::Schedule", ScheduleExpression=time, Target={"Arn": "x:pipeline/p"}
        ),
    }
    (told,) = contents(tmp_path, stack).unseen
    assert told.startswith("S: ")


@given(st.from_regex(r"AWS::[A-Z][A-Za-z]{2,8}::[A-Z][A-Za-z]{2,8}", fullmatch=True))
def test_a_type_that_nobody_knows_is_never_silently_free(kind):
    found = stack_contents([_bare(kind)])
    assert is_known(kind) or found.unknown == {kind: 1}


def _bare(kind):
    from stayline.formats.cloudformation import Resource

    return Resource("X", kind, {}, is_retained=False)


@pytest.mark.parametrize("kind", sorted(PRICED))
def test_a_priced_type_with_nothing_said_of_it_is_read_without_an_error(kind):
    stack_contents([_bare(kind)])


def test_a_network_s_parts_are_counted_by_zone(tmp_path):
    stack = {
        "Nat": resource("AWS::EC2::NatGateway"),
        "Free": resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),
        "Paid": resource(
            "AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]
        ),
    }
    found = contents(tmp_path, stack)
    assert (found.nat_gateways, found.interface_endpoints) == (1, 2)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"Resources": []}', "[" * 100_000, '{"Resources": {"A": {}}}']
)
def test_a_file_that_is_no_template_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(FileUnreadable, match="no CloudFormation template"):
        read_templates(tmp_path / "x.json")


def test_a_folder_without_a_template_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(FileUnreadable, match=r"no \*\.template\.json"):
        read_templates(tmp_path)
    with pytest.raises(FileUnreadable, match="No such file"):
        read_templates(tmp_path / "none.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(
        ["Ref", "Fn::Join", "Fn::GetAtt", "Fn::Sub", "Arn", "Targets", "Metrics", "MetricStat"]
    ), inner),
    max_leaves=8,
)  # fmt: skip
PROPERTIES = st.dictionaries(
    st.sampled_from(
        ["ScheduleExpression", "Target", "Targets", "ProductionVariants", "MemorySize", "Metrics",
         "DashboardBody", "PipelineDefinition", "FunctionName", "SubnetIds", "Dimensions"]
    ), JSON,
)  # fmt: skip


@given(st.sampled_from(sorted(PRICED)), PROPERTIES)
def test_odd_properties_are_read_as_far_as_they_go(kind, properties):
    from stayline.formats.cloudformation import Resource

    stack_contents([Resource("X", kind, properties, is_retained=False)])
