"""A fake of AWS on this machine: moto, which speaks AWS's own protocols over real HTTP."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count

from botocore import xform_name
from botocore.model import OperationModel
from moto.server import ThreadedMotoServer

from moto_sagemaker import teach
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.table import BY_BOOK

ACCOUNT, REGION = "123456789012", "eu-central-1"
_numbers = count(1)


@contextmanager
def running_fake() -> Iterator[str]:
    """Give the address of a fake; nothing that goes there reaches AWS itself."""
    teach()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def variables(address: str) -> Mapping[str, str]:
    """Return the variables by which AWS's own clients find the fake."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def recording(clients: Clients, calls: set[str]) -> None:
    """Let clients that were not used yet note what they ask for, as ``dynamodb.get_item``."""

    def note(model: OperationModel, **_rest: object) -> None:
        calls.add(f"{model.service_model.service_name}.{xform_name(model.name)}")

    clients.session.events.register("before-call", note)


def new_stack() -> Resources:
    """Return a stack with its tables and buckets, empty, in whatever AWS is there."""
    resources = Resources(f"t{next(_numbers)}", ACCOUNT, REGION)
    clients = Clients(resources)
    for table in (resources.state_table, resources.people_table):
        _make_table(clients, table)
    for bucket in (resources.data_bucket, resources.protected_bucket):
        clients.of("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        clients.of("s3").put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )
    clients.of("sagemaker").create_model_package_group(
        ModelPackageGroupName=resources.model_package_group
    )
    return resources


def _make_table(clients: Clients, name: str) -> None:
    named = ("pk", "sk", "book", "book_place")
    clients.of("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in named],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": BY_BOOK,
                "KeySchema": _keys("book", "book_place"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def _keys(partition: str, place: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": place, "KeyType": "RANGE"},
    ]
