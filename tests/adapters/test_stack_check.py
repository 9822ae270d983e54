"""What of a stack is there: against moto, and against a server that refuses and fails."""

import json
from collections.abc import Callable, Iterator

import pytest

from fake_aws import ACCOUNT, REGION, new_stack, recording, running_fake, variables
from faulty_way import Answers, Fault, answering, query_refusal, refusal
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.stack_check import AwsStackCheck, stack_check, usual_region
from stayline.domain.stack_checks import CheckOutcome, StackFinding
from stayline.errors import AwsRefused, StoreUnavailable
from stayline.usecases.check_stack import check_stack

PASS, FAIL, UNTOLD = CheckOutcome
CALLS: set[str] = set()
"""What the adapter asked for in all tests of this file."""
DESCRIBED = (
    *("DescribeTable", "DescribeSecret", "DescribeFeatureGroup"),
    *("DescribeModelPackageGroup", "DescribePipeline"),
)
EMPTY_TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with running_fake() as address:
        yield address


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let AWS's clients find an address, with one attempt a call."""

    def lead(address: str) -> None:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)

    return lead


def check_of(stack: str) -> AwsStackCheck:
    clients = Clients(Resources(stack, "", REGION))
    recording(clients, CALLS)
    return AwsStackCheck(clients)


def found_in(stack: str, account: str | None = None) -> dict[str, StackFinding]:
    findings = check_stack(stack=check_of(stack), name=stack, region=REGION, account=account)
    return {finding.check: finding for finding in findings}


def test_an_empty_account_fails_with_what_to_do(fake, at):
    at(fake)
    found = found_in("nothing-here")
    assert found["credentials"].outcome is PASS
    assert ACCOUNT in found["credentials"].found
    assert found["region"].outcome is PASS
    for name in ("bootstrap stack CDKToolkit", "stack nothing-here", "table nothing-here-state"):
        assert found[name].outcome is FAIL
        assert "stayline aws deploy" in found[name].advice
    assert "stayline models deploy" in found["endpoint nothing-here-attrition-risk"].advice


def test_the_parts_that_are_there_pass(fake, at):
    at(fake)
    resources = new_stack()
    clients = Clients(resources)
    sagemaker, cloudformation = clients.of("sagemaker"), clients.of("cloudformation")
    for name in ("CDKToolkit", resources.stack):
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(EMPTY_TEMPLATE))
    clients.of("secretsmanager").create_secret(
        Name=resources.secret("token-key"), SecretString="not to be read"
    )
    sagemaker.create_model_package_group(ModelPackageGroupName=resources.model_package_group)
    for name in ("training", "jobs", "deployment", "rotation"):
        sagemaker.create_pipeline(
            PipelineName=f"{resources.stack}-{name}",
            RoleArn=resources.pipeline_role,
            PipelineDefinition="{}",
            ClientRequestToken="t" * 32,
        )
    for group in ("features", "outcomes"):
        sagemaker.create_feature_group(
            FeatureGroupName=f"{resources.stack}-{group}",
            RecordIdentifierFeatureName="token",
            EventTimeFeatureName="event_time",
            FeatureDefinitions=[{"FeatureName": "token", "FeatureType": "String"}],
            RoleArn=resources.pipeline_role,
            OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{resources.data_bucket}/f"}},
        )
    found = found_in(resources.stack, ACCOUNT)
    failed = {name for name, one in found.items() if one.outcome is FAIL}
    assert failed == {f"endpoint {resources.endpoint}"}
    looked_at = {name.split()[-1] for name in found if name.startswith(("pipeline", "feature"))}
    assert looked_at == {
        f"{resources.stack}-{part}"
        for part in ("training", "jobs", "deployment", "rotation", "features", "outcomes")
    }
    untold = {name for name, one in found.items() if one.outcome is UNTOLD}
    assert untold == {name for name in found if name.startswith("quota: ")}  # moto has none
    assert not any("not to be read" in str(one) for one in found.values())


def test_credentials_of_another_account_than_the_home_s_stop_the_rest(fake, at):
    at(fake)
    found = found_in("t0", "999999999999")
    assert found["credentials"].outcome is FAIL
    assert "999999999999" in found["credentials"].found
    assert found["the stack and its parts"].outcome is UNTOLD
    assert len(found) == 3


def test_a_secret_marked_for_deletion_is_not_there_for_good(fake, at):
    at(fake)
    resources = new_stack()
    secrets = Clients(resources).of("secretsmanager")
    secrets.create_secret(Name=resources.secret("token-key"), SecretString="s" * 40)
    secrets.delete_secret(SecretId=resources.secret("token-key"), RecoveryWindowInDays=7)
    found = found_in(resources.stack)[f"secret {resources.secret('token-key')}"]
    assert (found.outcome, found.found) == (FAIL, "marked for deletion")


IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def stacks(state: str) -> str:
    member = f"<member><StackName>s</StackName><StackStatus>{state}</StackStatus></member>"
    result = f"<DescribeStacksResult><Stacks>{member}</Stacks></DescribeStacksResult>"
    return f"<DescribeStacksResponse>{result}</DescribeStacksResponse>"


def resources_of(*kinds: str) -> str:
    members = "".join(f"<member><ResourceType>{kind}</ResourceType></member>" for kind in kinds)
    inner = f"<StackResourceSummaries>{members}</StackResourceSummaries>"
    result = f"<ListStackResourcesResult>{inner}</ListStackResourcesResult>"
    return f"<ListStackResourcesResponse>{result}</ListStackResourcesResponse>"


@pytest.mark.parametrize(
    ("code", "told"),
    [("ExpiredToken", "expired"), ("InvalidClientTokenId", "of no account")],
)
def test_credentials_that_aws_refuses_are_told_and_nothing_else_is_asked(at, code, told):
    with answering({"GetCallerIdentity": query_refusal(code, 403)}) as address:
        at(address)
        found = found_in("s")
    assert found["credentials"].outcome is FAIL
    assert told in found["credentials"].found
    assert set(found) == {"credentials", "region", "the stack and its parts"}


def test_what_is_not_permitted_or_fails_could_not_be_told_and_does_not_stop_the_rest(at):
    answers: Answers = {
        "GetCallerIdentity": Fault(200, IDENTITY),
        "DescribeStacks": Fault(200, stacks("UPDATE_IN_PROGRESS")),
        "DescribeTable": refusal("AccessDeniedException"),
        "HEAD": Fault(403, ""),
        "DescribeFeatureGroup": Fault(200, '{"FeatureGroupStatus": "CreateFailed"}'),
        "DescribeEndpoint": Fault(200, '{"EndpointStatus": "RollingBack"}'),
        "DescribePipeline": Fault(200, '{"PipelineStatus": "Acti'),
        "DescribeSecret": refusal("AccessDeniedException"),
        "ListServiceQuotas": refusal("AccessDeniedException"),
    }
    with answering(answers) as address:
        at(address)
        found = found_in("s")
    stack = found["stack s"]
    assert (stack.outcome, stack.found) == (UNTOLD, "UPDATE_IN_PROGRESS")
    assert found["table s-state"].outcome is UNTOLD
    assert "permit" in found["table s-state"].found
    assert found[f"bucket s-data-{ACCOUNT}-{REGION}"].outcome is UNTOLD
    assert found["model package group s-models"].outcome is UNTOLD  # 500, after all attempts
    assert found["pipeline s-training"].outcome is UNTOLD  # cut off
    assert found["feature group s-features"].outcome is FAIL
    assert found["endpoint s-attrition-risk"].outcome is FAIL
    assert all(finding.advice for finding in found.values() if finding.outcome is not PASS)


def test_quotas_are_read_over_all_pages_and_weighed(at):
    first = {"Quotas": [{"QuotaName": "ml.t3.medium for processing job usage", "Value": 0.0}]}
    answers: Answers = {
        "GetCallerIdentity": Fault(200, IDENTITY),
        "DescribeStacks": query_refusal("AccessDenied", 403),
        "HEAD": Fault(403, ""),
        "DescribeEndpoint": Fault(200, '{"EndpointStatus": "InService"}'),
        "ListServiceQuotas": Fault(200, json.dumps(first)),
    }
    refused = refusal("AccessDeniedException")
    with answering(dict.fromkeys(DESCRIBED, refused) | answers) as address:
        at(address)
        found = found_in("s")
    assert found["stack s"].outcome is UNTOLD
    short = found["quota: ml.t3.medium for processing job usage"]
    assert (short.outcome, short.found) == (FAIL, "0 of at least 1")
    assert found["quota: ml.m5.large for training job usage"].outcome is UNTOLD
    assert not any("endpoint usage" in name for name in found)  # one serves already


@pytest.mark.parametrize(
    ("model", "package", "version"),
    [
        ("Model-x1", "arn:aws:sagemaker:r:1:model-package/s-models/7", 7),
        ("s-12-0a1b2c3d4e5f", "", 12),
    ],
)
def test_the_version_at_the_stack_s_own_endpoint_is_told_by_its_model(at, model, package, version):
    with answering(_served(model, package)) as address:
        at(address)
        assert check_of("s").served_version() == version


def test_an_endpoint_that_serves_no_version_refuses_a_deployment_that_names_none(at):
    with answering(_served("somebody-s", "")) as address:
        at(address)
        with pytest.raises(AwsRefused, match="--model-version"):
            check_of("s").served_version()


def test_a_stack_that_made_no_endpoint_serves_no_version_of_its_own(at, fake):
    with answering({"ListStackResources": Fault(200, resources_of("AWS::SQS::Queue"))}) as address:
        at(address)
        assert check_of("s").served_version() is None
    at(fake)
    assert check_of("nothing-here").served_version() is None


def test_a_throttled_look_is_a_passing_matter(at):
    with answering({"ListStackResources": query_refusal("Throttling", 400)}) as address:
        at(address)
        with pytest.raises(StoreUnavailable):
            check_of("s").served_version()


def test_the_region_is_that_of_aws_s_own_variables(monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert usual_region() is None
    (tmp_path / "config").write_text("[default]\nregion = eu-west-3\n")
    assert usual_region() == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert usual_region() == "ap-south-1"


def test_a_region_that_nobody_knows_is_not_said_to_be_wrong():
    assert not stack_check("s", "eu-nowhere-9").offers_sagemaker()


def test_no_call_is_undeclared_and_none_is_declared_in_vain():
    assert CALLS == AwsStackCheck.CALLS


def _served(model: str, package: str) -> Answers:
    config = {"ProductionVariants": [{"ModelName": model}]}
    told = {"ModelName": model, "PrimaryContainer": {"ModelPackageName": package}}
    return {
        "ListStackResources": Fault(200, resources_of("AWS::SageMaker::Endpoint")),
        "DescribeEndpoint": Fault(200, '{"EndpointConfigName": "c"}'),
        "DescribeEndpointConfig": Fault(200, json.dumps(config)),
        "DescribeModel": Fault(200, json.dumps(told)),
    }
