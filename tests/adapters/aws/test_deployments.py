from datetime import timedelta

import pytest

from faulty_way import refusal
from moto_sagemaker import ASKED, SWITCHES, Switch
from rollout_values import rollout
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.deployments import SageMakerDeployments
from stayline.adapters.aws.hosting import HostingPlan
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.table import Table
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import LEASE, Phase, Traffic
from stayline.domain.model_package import approve
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import DeploymentRefused
from stores import HOUR, NOON, SetClock

TWO_INSTANCES = HostingPlan("ml.m5.large", 2)


class Home:
    """A stack with two approved versions, the first one deployed and hosted."""

    def __init__(self, stack):
        self.stack = stack
        self.clock = SetClock()
        self.waited = []
        self.registry = SageMakerModelRegistry(Clients(stack))
        self.first, self.second = (self.approved(archive) for archive in (b"one", b"two"))
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
        return SageMakerDeployments(clients, self.clock, TWO_INSTANCES, wait or self.waited.append)

    def begun(self, **given):
        self.deployments().begin(rollout(rollout_id="r-2", digest=self.second.digest, **given))

    def runs(self):
        """Return which version the endpoint answers with."""
        described = Clients(self.stack).of("sagemaker").describe_endpoint(
            EndpointName=self.stack.endpoint
        )  # fmt: skip
        return described["EndpointConfigName"].removeprefix(self.stack.stack).split("-")[1]

    def outbox(self):
        table = Table(Clients(self.stack), self.stack.state_table, AuditEvent, "a test")
        return [item.value for item in table.query(OUTBOX)]


@pytest.fixture
def home(stack):
    return Home(stack)


def test_a_version_is_hosted_by_its_bytes_with_capture_a_canary_and_alarms(home, stack):
    home.begun()
    home.deployments().advance("r-2", Phase.LOADING)
    assert home.runs() == "2"
    sagemaker = Clients(stack).of("sagemaker")
    config = sagemaker.describe_endpoint_config(
        EndpointConfigName=ASKED[stack.endpoint][0]["config"]
    )
    assert config["DataCaptureConfig"]["DestinationS3Uri"] == (
        f"s3://{stack.data_bucket}/{stack.endpoint_capture_prefix}"
    )
    (variant,) = config["ProductionVariants"]
    assert variant["VariantName"] == "AllTraffic"
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    hexadecimal = home.second.digest.removeprefix("sha256:")
    assert model["PrimaryContainer"]["ModelDataUrl"] == (
        f"s3://{stack.data_bucket}/models/{hexadecimal}/model.tar.gz"
    )
    deployment = ASKED[stack.endpoint][0]["deployment"]
    routing = deployment["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert (routing["Type"], routing["CanarySize"]["Value"]) == ("CANARY", 50)
    alarms = deployment["AutoRollbackConfiguration"]["Alarms"]
    assert [one["AlarmName"] for one in alarms] == list(stack.rollback_alarms)


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
    assert home.deployments().settle() == ""


def test_while_sagemaker_is_busy_settling_is_left_to_the_next_time(home, stack):
    SWITCHES[stack.endpoint] = Switch(["Updating"] * 6)
    home.begun()
    clients = Clients(stack)
    SageMakerDeployments(clients, home.clock, TWO_INSTANCES)._hosting.serve(
        home.second, at_once=False
    )
    assert home.deployments().finish("r-2", Phase.ROLLED_BACK, "taken back by cy")
    assert "once it is 'Updating' no more" in home.deployments().settle()
    SWITCHES[stack.endpoint] = Switch()
    for _ in range(3):
        home.deployments().problems()
    assert home.deployments().problems() != []
    assert "is switched to version 1" in home.deployments().settle()
    assert home.deployments().problems() == []


def test_a_failed_or_missing_endpoint_is_a_problem_that_says_why(home, stack):
    sagemaker = Clients(stack).of("sagemaker")
    sagemaker.delete_endpoint(EndpointName=stack.endpoint)
    assert home.deployments().problems() == ["the endpoint is absent: SageMaker says no more"]


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


def test_a_serverless_endpoint_captures_nothing_and_is_not_isolated(home, stack):
    plan = HostingPlan(serverless_mb=2048)
    clients = Clients(stack)
    deployments = SageMakerDeployments(clients, home.clock, plan, home.waited.append)
    home.begun()
    deployments.advance("r-2", Phase.LOADING)
    config = clients.of("sagemaker").describe_endpoint_config(
        EndpointConfigName=ASKED[stack.endpoint][-1]["config"]
    )
    assert config["ProductionVariants"][0]["ServerlessConfig"]["MemorySizeInMB"] == 2048
    assert not config.get("DataCaptureConfig")
