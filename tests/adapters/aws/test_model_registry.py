import pytest

from declared_calls import CALLS_MADE
from fake_aws import recording
from faulty_way import Fault, FaultyWay, refusal
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.adapters.aws.resources import Resources
from stayline.adapters.objects.bucket import Bucket
from stayline.domain.model_package import ApprovalStatus, ModelPackage, approve, reject
from stayline.errors import ApprovalRefused, AwsRefused, PackageRefused, StoreUnavailable
from stores import NOON

BYTES = b"\x1f\x8b an archive"
WHY = "It was looked at closely"


def opened(stack: Resources) -> SageMakerModelRegistry:
    clients = Clients(stack)
    recording(clients, CALLS_MADE[SageMakerModelRegistry])
    return SageMakerModelRegistry(clients)


def registered(stack: Resources, archive: bytes = BYTES) -> ModelPackage:
    return opened(stack).register(archive, trained_by="ana", metrics={"roc_auc": 0.84}, at=NOON)


def in_sagemaker(stack: Resources) -> list[tuple[str, str]]:
    """Return status and words of each version, as whoever looks into SageMaker sees them."""
    sagemaker = Clients(stack).of("sagemaker")
    listed = sagemaker.list_model_packages(
        ModelPackageGroupName=stack.model_package_group, ModelPackageType="Versioned"
    )["ModelPackageSummaryList"]
    told = (
        sagemaker.describe_model_package(ModelPackageName=one["ModelPackageArn"]) for one in listed
    )
    return [(one["ModelApprovalStatus"], one.get("ApprovalDescription", "")) for one in told]


def test_sagemaker_s_registry_shows_each_version_and_what_was_decided(stack):
    package = registered(stack)
    assert in_sagemaker(stack) == [("PendingManualApproval", "")]
    opened(stack).decide(approve(package, digest=package.digest, by="bo", reason=WHY, at=NOON))
    assert in_sagemaker(stack) == [("Approved", f"bo: {WHY}")]
    assert opened(stack).problems() == []


def test_a_decision_that_sagemaker_could_not_be_told_stands_and_is_told_later(stack, faulty):
    package = registered(stack)
    faulty.faults = [refusal("AccessDeniedException", of="UpdateModelPackage")]
    decided = approve(package, digest=package.digest, by="bo", reason=WHY, at=NOON)
    opened(stack).decide(decided)
    assert in_sagemaker(stack) == [("PendingManualApproval", "")]
    no = reject(package, digest=package.digest, by="cy", reason=WHY, at=NOON)
    with pytest.raises(ApprovalRefused, match="first"):
        opened(stack).decide(no)
    assert opened(stack).find(1) == decided
    assert in_sagemaker(stack) == [("Approved", f"bo: {WHY}")]


def test_a_decision_that_came_between_reading_and_writing_stays(stack, faulty: FaultyWay):
    package = registered(stack)
    no = reject(package, digest=package.digest, by="cy", reason=WHY, at=NOON)
    others = [opened(stack)]

    def decide_first(operation: str) -> None:
        if operation == "TransactWriteItems" and others:
            others.pop().decide(no)

    faulty.before = decide_first
    with pytest.raises(ApprovalRefused, match="first"):
        opened(stack).decide(approve(package, digest=package.digest, by="bo", reason=WHY, at=NOON))
    assert opened(stack).find(1) == no
    assert [status for status, _ in in_sagemaker(stack)] == ["Rejected"]


def test_killed_before_its_record_a_version_is_not_there_and_problems_name_the_package(
    stack, faulty
):
    faulty.faults = [refusal("AccessDeniedException", of="TransactWriteItems")]
    with pytest.raises(AwsRefused):
        registered(stack)
    assert opened(stack).packages() == []
    (told,) = opened(stack).problems()
    assert "not known here" in told
    assert registered(stack).version == 2
    assert [one.version for one in opened(stack).packages()] == [2]


def test_a_status_that_somebody_changed_in_sagemaker_decides_nothing(stack):
    package = registered(stack)
    sagemaker = Clients(stack).of("sagemaker")
    (one,) = sagemaker.list_model_packages(
        ModelPackageGroupName=stack.model_package_group, ModelPackageType="Versioned"
    )["ModelPackageSummaryList"]
    sagemaker.update_model_package(
        ModelPackageArn=one["ModelPackageArn"], ModelApprovalStatus="Approved"
    )
    assert opened(stack).find(package.version).status is ApprovalStatus.PENDING
    (told,) = opened(stack).problems()
    assert "version 1 is 'PendingManualApproval', in SageMaker's registry 'Approved'" in told


def test_an_altered_archive_is_refused_and_the_same_bytes_mend_it(stack):
    package = registered(stack)
    key = f"models/{package.digest.removeprefix('sha256:')}/model.tar.gz"
    Bucket(Clients(stack), stack.data_bucket, "a test").put(key, b"other bytes")
    with pytest.raises(PackageRefused, match="altered"):
        opened(stack).archive(package.digest)
    assert any("altered" in told for told in opened(stack).problems())
    registered(stack)
    assert opened(stack).archive(package.digest) == BYTES


def test_a_package_of_a_pipeline_is_taken_up_once_whatever_was_decided(stack):
    package = registered(stack)
    opened(stack).decide(reject(package, digest=package.digest, by="cy", reason=WHY, at=NOON))
    arn = Clients(stack).of("sagemaker").create_model_package(
        ModelPackageGroupName=stack.model_package_group,
        ModelApprovalStatus="PendingManualApproval",
    )["ModelPackageArn"]  # fmt: skip
    for _ in range(2):
        taken = opened(stack).adopt(arn, BYTES, trained_by="ana", metrics={}, at=NOON, reports={})
        assert (taken.version, taken.status) == (1, ApprovalStatus.REJECTED)
    assert in_sagemaker(stack)[1] == ("Rejected", "The same bytes as version 1.")
    assert opened(stack).problems() == []


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ([refusal("ThrottlingException"), Fault(500)] * 2, StoreUnavailable),
        ([Fault(200, b'{"Item":', is_cut=True)] * 4, StoreUnavailable),
        ([refusal("ExpiredTokenException")], AwsRefused),
    ],
    ids=["throttled and failing", "cut off", "expired"],
)
def test_trouble_is_told_by_whether_it_passes(stack, faulty, faults, told):
    registered(stack)
    faulty.faults = [*faults]
    with pytest.raises(told):
        opened(stack).find(1)


def test_a_throttled_call_is_made_again(stack, faulty):
    package = registered(stack)
    faulty.faults = [refusal("ThrottlingException")]
    assert opened(stack).find(1) == package
