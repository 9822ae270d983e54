"""Where data is kept: S3 buckets, DynamoDB tables and the repository of the image."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.keys import Keys
from infra.sizes import Sizes
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.table import BY_BOOK

EXPIRES_AT = "expires_at"
"""The attribute by which DynamoDB lets an item end, in seconds since 1970."""
_TEXT = dynamodb.AttributeType.STRING


class Stores(Construct):
    """Encrypted, versioned or restorable, and closed to whoever comes without TLS.

    With ``keeps_data`` they outlive the stack, and DynamoDB refuses to delete them.
    """

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, keys: Keys, sizes: Sizes
    ) -> None:
        super().__init__(scope, id_)
        self._sizes = sizes
        self._removal = RemovalPolicy.RETAIN if sizes.keeps_data else RemovalPolicy.DESTROY
        self.access_log = self._access_log(resources.access_log_bucket)
        self.data = self._bucket("Data", resources.data_bucket, keys.data)
        self.protected = self._bucket("Protected", resources.protected_bucket, keys.protected)
        self.data.add_lifecycle_rule(
            id="endpoint-captures",
            prefix=f"{resources.endpoint_capture_prefix}/",
            expiration=Duration.days(sizes.capture_days),
        )
        self.state = self._table("State", resources.state_table, keys.data)
        self.people = self._table("People", resources.people_table, keys.people)
        self.images = ecr.Repository(
            self,
            "Images",
            repository_name=resources.stack,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=keys.data,
            image_scan_on_push=True,
            lifecycle_rules=[ecr.LifecycleRule(max_image_count=10)],
            removal_policy=self._removal,
            empty_on_delete=not sizes.keeps_data,
        )

    def _access_log(self, name: str) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLog",
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,  # S3 writes its own logs with no other
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="access-log",
                    expiration=Duration.days(400),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=self._removal,
        )

    def _bucket(self, id_: str, name: str, key: kms.Key) -> s3.Bucket:
        return s3.Bucket(
            self,
            id_,
            bucket_name=name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self.access_log,
            server_access_logs_prefix=f"{id_.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="removed",
                    noncurrent_version_expiration=Duration.days(self._sizes.removed_versions_days),
                    expired_object_delete_marker=True,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=self._removal,
        )

    def _table(self, id_: str, name: str, key: kms.Key) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            id_,
            table_name=name,
            partition_key=dynamodb.Attribute(name="pk", type=_TEXT),
            sort_key=dynamodb.Attribute(name="sk", type=_TEXT),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=EXPIRES_AT,
            deletion_protection=self._sizes.keeps_data,
            removal_policy=self._removal,
        )
        table.add_global_secondary_index(
            index_name=BY_BOOK,
            partition_key=dynamodb.Attribute(name="book", type=_TEXT),
            sort_key=dynamodb.Attribute(name="book_place", type=_TEXT),
            projection_type=dynamodb.ProjectionType.ALL,
        )
        return table
