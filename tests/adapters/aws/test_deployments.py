import json
from datetime import timedelta

import pytest

from fake_aws import Killed, die, just_before
from faulty_way import Fault, refusal
from hosted_endpoint import KEY, STEADY, THRIFTY, make_hosted
from moto_sagemaker import ASKED, SWITCHES, Switch
from rollout_values import rollout
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.deployments import SageMakerDeployments
from stayline.adapters.aws.guardrails import guardrails
from stayline.adapters.aws.hosting import Hosting
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.table import Table
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import LEASE, Phase, Traffic
from stayline.domain.model_package import approve
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import AwsRefused, DeploymentRefused, EndpointMissing
from stores import HOUR, NOON, SetClock


class Home:
    """A stack with two approved versions, the first one deployed at an endpoint of the stack's."""

    def __init__(self, stack, machine=STEADY):
        self.stack = stack
        self.clock = SetClock()
        self.waited = []
        self.registry = SageMakerModelRegistry(Clients(stack))
        self.first, self.second = (self.approved(archive) for archive in (b"one", b"two"))
        make_hosted(stack, machine=machine)
        self.deployments().begin(rollout(version=1, digest=self.first.digest, from_version=None))
        self.deployments().advance("r-1", Phase.LOADING)
        self.registry.deploy(1, by="bo", at=NOON, rollout_id="r-1")

    def approved(self, archive):
        package = self.registry.register(archive, trained_by="ana", metrics={}, at=NOON)
        decided = approve(
            package, digest=package.digest, by="bo", reason="It was looked at", at=NOON
        )
        self.registry.decide(decided)
        return ModelIdentity(package.version, package.digest)

    def deployments(self, wait=None):
        clients = Clients(self.stack)
        return SageMakerDeployments(clients, self.clock, wait or self.waited.append)

    def begun(self, **given):
        self.deployments().begin(rollout(rollout_id="r-2", digest=self.second.digest, **given))

    def runs(self):
        """Return which version the endpoint answers with."""
        return self.config()["EndpointConfigName"].removeprefix(self.stack.stack).split("-")[1]

    def config(self):
        """Return the configuration that the endpoint has now."""
        sagemaker = Clients(self.stack).of("sagemaker")
        name = sagemaker.describe_endpoint(EndpointName=self.stack.endpoint)["EndpointConfigName"]
        return sagemaker.describe_endpoint_config(EndpointConfigName=name)

    def model(self):
        """Return the model that the endpoint has now."""
        (variant,) = self.config()["ProductionVariants"]
        return Clients(self.stack).of("sagemaker").describe_model(ModelName=variant["ModelName"])

    def asked(self):
        """Return what the endpoint was asked to be switched to, oldest first."""
        return ASKED.get(self.stack.endpoint, [])

    def outbox(self):
        table = Table(Clients(self.stack), self.stack.state_table, AuditEvent, "a test")
        return [item.value for item in table.query(OUTBOX)]


@pytest.fixture
def home(stack):
    return Home(stack)


def test_the_endpoint_keeps_its_shape_and_gets_another_model(home, stack):
    before = home.config()
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    after = home.config()
    assert home.runs() == "2"
    assert (after["KmsKeyId"], after["DataCaptureConfig"]["KmsKeyId"]) == (KEY, KEY)
    assert after["DataCaptureConfig"] == before["DataCaptureConfig"]
    ((new,), (old,)) = after["ProductionVariants"], before["ProductionVariants"]
    assert new == old | {"ModelName": new["ModelName"]}
    model = home.model()
    assert model["EnableNetworkIsolation"] is True
    assert model["ExecutionRoleArn"] == stack.pipeline_role
    hexadecimal = home.second.digest.removeprefix("sha256:")
    assert model["PrimaryContainer"] == {
        "Image": stack.image,
        "ModelDataUrl": f"s3://{stack.data_bucket}/models/{hexadecimal}/model.tar.gz",
    }


def test_what_the_stack_made_serves_its_version_already_and_is_left_alone(home):
    assert home.asked() == []
    assert home.deployments().problems() == []
    assert home.deployments().settle() == ""
    assert home.asked() == []


@pytest.mark.parametrize(("instances", "how"), [(1, "ALL_AT_ONCE"), (2, "CANARY")])
def test_a_canary_takes_two_instances_and_alarms_take_either_back(stack, instances, how):
    home = Home(stack, STEADY | {"InitialInstanceCount": instances})
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    (asked,) = home.asked()
    assert asked["deployment"] == guardrails(stack.rollback_alarms, instances=instances)
    assert asked["retains"] is True
    policy = asked["deployment"]["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"]["Type"] == how
    assert policy["TerminationWaitInSeconds"] == 600
    alarms = asked["deployment"]["AutoRollbackConfiguration"]["Alarms"]
    assert [one["AlarmName"] for one in alarms] == list(stack.rollback_alarms)


def test_a_serverless_endpoint_stays_one_and_gets_no_guardrails_which_it_does_not_take(stack):
    home = Home(stack, THRIFTY)
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    (variant,) = home.config()["ProductionVariants"]
    assert variant["ServerlessConfig"] == THRIFTY["ServerlessConfig"]
    assert "InstanceType" not in variant
    assert not home.config().get("DataCaptureConfig")
    assert not home.model().get("EnableNetworkIsolation")
    assert home.asked()[-1] | {"config": ""} == {"config": "", "deployment": None, "retains": None}


def test_the_same_version_in_another_shape_is_another_model(stack):
    home = Home(stack, THRIFTY)
    hosting = Hosting(Clients(stack))
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    thrifty = home.model()["ModelName"]
    sagemaker = Clients(stack).of("sagemaker")
    sagemaker.delete_endpoint(EndpointName=stack.endpoint)
    make_hosted(stack, version=3)
    assert hosting.serve(home.second, at_once=True)
    assert home.model()["ModelName"] != thrifty
    assert home.model()["EnableNetworkIsolation"] is True


def test_loading_lasts_until_sagemaker_has_switched_and_keeps_the_lease(home, stack):
    SWITCHES[stack.endpoint] = Switch(["Updating"] * 3)
    home.begun()
    seen = []

    def wait(seconds):
        home.clock.instant += timedelta(seconds=seconds)
        (_, open_one) = home.deployments().rollouts()
        seen.append((open_one.phase, open_one.outcome))

    home.deployments(wait).advance("r-2", Phase.LOADING, "n = 40")
    assert seen == [(Phase.LOADING, "n = 40; SageMaker's endpoint is Updating")] * 3
    assert home.runs() == "2"


def test_a_version_that_sagemaker_took_back_is_refused_with_the_reason(home, stack):
    SWITCHES[stack.endpoint] = Switch(
        ["Updating", "RollingBack"], is_kept=False, reason="Alarm errors was in state ALARM"
    )
    home.begun()
    with pytest.raises(DeploymentRefused, match=r"did not keep it.*errors was in state ALARM"):
        home.deployments().advance("r-2", Phase.LOADING)
    assert home.runs() == "1"


def test_one_that_somebody_ends_while_sagemaker_switches_goes_on_for_nobody(home, stack):
    SWITCHES[stack.endpoint] = Switch(["Updating"] * 9)
    home.begun()

    def wait(_):
        home.deployments().finish("r-2", Phase.ROLLED_BACK, "taken back by cy")

    with pytest.raises(DeploymentRefused, match="taken back by cy"):
        home.deployments(wait).advance("r-2", Phase.LOADING)


def test_what_is_taken_back_gives_way_at_once_to_the_deployed_version(home, stack):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    assert home.deployments().finish("r-2", Phase.ROLLED_BACK, "taken back by cy")
    back = ASKED[stack.endpoint][-1]["deployment"]["BlueGreenUpdatePolicy"]
    assert back["TrafficRoutingConfiguration"] == {
        "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0
    }  # fmt: skip
    assert (home.runs(), home.deployments().problems()) == ("1", [])


def test_after_a_kill_the_record_says_the_deployed_one_and_settling_brings_the_endpoint_there(
    home, stack
):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    assert home.deployments().settle() == ""
    home.clock.instant += LEASE
    assert home.deployments().traffic() == Traffic(home.first)
    assert home.runs() == "2"
    assert "is switched to version 1" in home.deployments().settle()
    assert home.runs() == "1"
    (event,) = home.outbox()
    assert (event.kind, event.details["rollout_id"]) == (
        AuditEventKind.DEPLOYMENT_ROLLED_BACK, "r-2"
    )  # fmt: skip
    assert home.deployments().rollouts()[-1].ended_at is not None
    assert home.deployments().settle() == ""
    assert len(home.outbox()) == 1


@pytest.mark.parametrize("call", ["CreateEndpointConfig", "UpdateEndpoint"])
def test_killed_between_two_calls_what_was_made_is_used_by_the_next_one(home, stack, call):
    home.begun()
    clients = Clients(stack)
    just_before(clients, f"sagemaker.{call}", die)
    with pytest.raises(Killed):
        SageMakerDeployments(clients, home.clock, home.waited.append).advance("r-2", Phase.LOADING)
    assert home.runs() == "1"
    home.clock.instant += HOUR
    assert home.deployments().settle() == ""
    home.deployments().begin(rollout(rollout_id="r-3", digest=home.second.digest))
    home.deployments().advance("r-3", Phase.LOADING)
    assert home.runs() == "2"


def test_a_deployment_that_is_refused_mends_what_a_killed_one_left(home):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    home.clock.instant += LEASE
    refused = rollout(rollout_id="r-3", version=2, phase=Phase.REFUSED, ended_at=NOON)
    home.deployments().note(refused)
    assert home.runs() == "1"


def test_one_that_is_refused_for_another_s_sake_leaves_that_other_alone(home):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    home.deployments().note(rollout(rollout_id="r-3", phase=Phase.REFUSED, ended_at=NOON))
    assert home.runs() == "2"


def test_while_sagemaker_is_busy_settling_is_left_to_the_next_time(home, stack):
    SWITCHES[stack.endpoint] = Switch(["Updating"] * 6)
    home.begun()
    Hosting(Clients(stack)).serve(home.second, at_once=False)
    assert home.deployments().finish("r-2", Phase.ROLLED_BACK, "taken back by cy")
    assert "once it is 'Updating' no more" in home.deployments().settle()
    SWITCHES[stack.endpoint] = Switch()
    for _ in range(5):
        home.deployments().problems()
    assert home.deployments().problems() != []
    assert "is switched to version 1" in home.deployments().settle()
    assert home.deployments().problems() == []


def test_while_sagemaker_goes_back_by_itself_a_switch_waits_for_it(home, stack):
    SWITCHES[stack.endpoint] = Switch(["RollingBack"] * 4, is_kept=False)
    Hosting(Clients(stack)).serve(home.second, at_once=False)
    SWITCHES[stack.endpoint] = Switch()
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    assert home.runs() == "2"
    assert len(home.waited) == 2
    assert len(home.asked()) == 2


def test_a_missing_endpoint_is_a_problem_and_is_made_by_the_stack_alone(home, stack):
    Clients(stack).of("sagemaker").delete_endpoint(EndpointName=stack.endpoint)
    deployments = home.deployments()
    assert deployments.problems() == ["the endpoint is absent: SageMaker says no more"]
    assert deployments.settle() == ""
    words = "`stayline aws deploy --model-version 2`"
    with pytest.raises(EndpointMissing, match=words):
        deployments.check_ready(2)
    home.begun()
    with pytest.raises(EndpointMissing, match=words):
        deployments.advance("r-2", Phase.LOADING)
    assert deployments.problems() == []


@pytest.mark.parametrize("gone", ["config", "model"])
def test_an_endpoint_whose_shape_cannot_be_told_any_more_is_left_as_it_is(home, stack, gone):
    sagemaker = Clients(stack).of("sagemaker")
    (variant,) = home.config()["ProductionVariants"]
    if gone == "config":
        sagemaker.delete_endpoint_config(EndpointConfigName=home.config()["EndpointConfigName"])
    else:
        sagemaker.delete_model(ModelName=variant["ModelName"])
    home.begun()
    with pytest.raises(DeploymentRefused, match=r"is gone.*aws deploy --model-version 2"):
        home.deployments().advance("r-2", Phase.LOADING)
    assert home.asked() == []


def test_an_endpoint_that_failed_is_refused_with_what_to_do(home, stack, faulty):
    home.begun()
    told = {"EndpointName": "x", "EndpointArn": "x", "EndpointStatus": "Failed",
            "EndpointConfigName": "c", "CreationTime": 1, "LastModifiedTime": 1}  # fmt: skip
    faulty.faults = [Fault(200, json.dumps(told).encode(), of="DescribeEndpoint")]
    with pytest.raises(DeploymentRefused, match="the endpoint is Failed"):
        Hosting(Clients(stack)).serve(home.second, at_once=False)


def test_a_throttled_switch_is_asked_for_again_and_the_lease_is_kept_meanwhile(home, stack, faulty):
    home.begun()
    faulty.faults = [
        refusal("ThrottlingException", of=call)
        for call in ("DescribeEndpointConfig", "CreateModel", "UpdateEndpoint")
    ]
    home.deployments().advance("r-2", Phase.LOADING)
    assert home.runs() == "2"


def test_where_sagemaker_does_not_let_us_settling_says_so_and_changes_nothing(home, stack, faulty):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    home.clock.instant += LEASE
    faulty.faults = [refusal("AccessDeniedException", of="UpdateEndpoint")]
    with pytest.raises(AwsRefused):
        home.deployments().settle()
    assert home.runs() == "2"
    assert "is switched to version 1" in home.deployments().settle()


def test_change_end_and_audit_event_land_together_or_not_at_all(home, stack, faulty):
    home.begun()
    event = AuditEvent(AuditEventKind.MODEL_DEPLOYED, "bo", "2", NOON, {})
    faulty.faults = [refusal("AccessDeniedException", of="TransactWriteItems")]
    registry = SageMakerModelRegistry(Clients(stack))
    with pytest.raises(Exception, match="do not permit"):
        registry.deploy(2, by="bo", at=NOON, rollout_id="r-2", event=event)
    assert (registry.serving(), home.outbox()) == (home.first, [])
    registry.deploy(2, by="bo", at=NOON, rollout_id="r-2", event=event)
    assert (registry.serving(), home.outbox()) == (home.second, [event])
    assert home.deployments().rollouts()[-1].phase is Phase.COMPLETED


def test_of_two_that_begin_at_once_one_is_refused(home, stack, faulty):
    others = [SageMakerDeployments(Clients(stack), home.clock)]

    def begin_first(operation):
        if operation == "TransactWriteItems" and others:
            others.pop().begin(rollout(rollout_id="r-3", version=3, digest="sha256:three"))

    faulty.before = begin_first
    with pytest.raises(DeploymentRefused, match="version 3 is being deployed"):
        home.begun()
    assert [one.rollout_id for one in home.deployments().rollouts()] == ["r-1", "r-3"]


def test_an_abandoned_rollout_is_audited_by_whoever_finds_it(home):
    home.begun()
    home.clock.instant += HOUR
    home.deployments().begin(rollout(rollout_id="r-3", digest=home.second.digest))
    (event,) = home.outbox()
    assert (event.kind, event.details["rollout_id"]) == (
        AuditEventKind.DEPLOYMENT_ROLLED_BACK, "r-2"
    )  # fmt: skip
