"""A fake of AWS on this machine: moto, which speaks AWS's own protocols over real HTTP."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count

import polars as pl
from botocore import xform_name
from botocore.model import OperationModel
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from moto_sagemaker import teach
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.table import BY_BOOK

ACCOUNT, REGION = "123456789012", "eu-central-1"
_numbers = count(1)
_MODELS = Clients(Resources("any", ACCOUNT, REGION)).session._session.get_component("data_loader")


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
    _share_models(clients)

    def note(model: OperationModel, **_rest: object) -> None:
        calls.add(f"{model.service_model.service_name}.{xform_name(model.name)}")

    clients.session.events.register("before-call", note)


def clients_of(resources: Resources) -> Clients:
    """Return new clients, a third of a second sooner than without sharing what they read."""
    clients = Clients(resources)
    _share_models(clients)
    return clients


def _share_models(clients: Clients) -> None:
    """Let clients read the large files that describe AWS's services from memory."""
    clients.session._session.register_component("data_loader", _MODELS)


class Killed(BaseException):
    """The end of a process, as far as code under test can tell."""


def just_before(clients: Clients, call: str, act: Callable[[], object], *, nth: int = 1) -> None:
    """Act once, just before clients that were not used yet make their nth ``s3.PutObject``.

    What raises `Killed` there ends the work at that very point; what writes is somebody else, whose
    write comes between our reading and our writing.
    """
    calls = count(1)

    def hook(**_rest: object) -> None:
        if next(calls) == nth:
            act()

    clients.session.events.register(f"before-call.{call}", hook)


def die() -> None:
    """End the work."""
    raise Killed


def everything(resources: Resources) -> bytes:
    """Return all that a stack keeps, every version of every object, Parquet as CSV."""
    clients = clients_of(resources)
    return b"\n".join([*_every_version(clients), *_every_item(clients)])


def _every_version(clients: Clients) -> Iterator[bytes]:
    s3 = clients.of("s3")
    for bucket in (clients.resources.data_bucket, clients.resources.protected_bucket):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in page.get("Versions", ()):
                named = {"Key": one["Key"], "VersionId": one["VersionId"]}
                body = s3.get_object(Bucket=bucket, **named)["Body"].read()
                yield one["Key"].encode()
                yield pl.read_parquet(body).write_csv().encode() if body[:4] == b"PAR1" else body


def _every_item(clients: Clients) -> Iterator[bytes]:
    for table in (clients.resources.state_table, clients.resources.people_table):
        pages = clients.of("dynamodb").get_paginator("scan").paginate(TableName=table)
        yield from (repr(item).encode() for page in pages for item in page["Items"])


def date_runs(resources: Resources, at: datetime) -> None:
    """Let what pipelines wrote be from an instant; the fake dates it by the machine's clock."""
    kept = s3_backends[ACCOUNT]["aws"].buckets[resources.data_bucket].keys
    for name in [one for one in kept if one.startswith("runs/")]:
        for version in kept.getlist(name):
            version.last_modified = at.replace(tzinfo=None)


def new_stack() -> Resources:
    """Return a stack with its tables and buckets, empty, in whatever AWS is there."""
    resources = Resources(f"t{next(_numbers)}", ACCOUNT, REGION)
    clients = clients_of(resources)
    for table in (resources.state_table, resources.people_table):
        _make_table(clients, table)
    for bucket in (resources.data_bucket, resources.protected_bucket):
        clients.of("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        clients.of("s3").put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )
    topic = clients.of("sns").create_topic(Name=resources.alarm_topic.rpartition(":")[2])
    clients.of("sns").subscribe(
        TopicArn=topic["TopicArn"], Protocol="email", Endpoint="on-call@example.com"
    )
    clients.of("sagemaker").create_model_package_group(
        ModelPackageGroupName=resources.model_package_group
    )
    return resources


def make_endpoint(resources: Resources) -> None:
    """Let a stack have its endpoint, of one variant; the fake's answers nothing of use."""
    name, sagemaker = resources.endpoint, Clients(resources).of("sagemaker")
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=resources.pipeline_role)
    variant = {"VariantName": "live", "ModelName": name, "InstanceType": "ml.t2.medium"}
    sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant | {"InitialInstanceCount": 1}]
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


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
