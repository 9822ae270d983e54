"""The option of a trail: every read and write of an object or item, told by AWS itself."""

from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stores import Stores
from stayline.adapters.aws.resources import Resources


class Trail(Construct):
    """Records data events of both buckets and both tables; paid by the event, so off by default."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        stores: Stores,
        key: kms.Key,
        keeps_data: bool,
    ) -> None:
        super().__init__(scope, id_)
        bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=resources.trail_bucket,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=stores.access_log,
            server_access_logs_prefix="trail/",
            lifecycle_rules=[s3.LifecycleRule(id="trail", expiration=Duration.days(400))],
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
        )
        name = f"{resources.stack}-access"
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudtrail.amazonaws.com")],
                actions=["kms:GenerateDataKey", "kms:DescribeKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": resources.account}},
            )
        )
        trail = cloudtrail.Trail(
            self,
            "Trail",
            trail_name=name,
            bucket=bucket,
            encryption_key=key,
            enable_file_validation=True,
            include_global_service_events=False,
            is_multi_region_trail=False,
        )
        cfn = cast("cloudtrail.CfnTrail", trail.node.default_child)
        cfn.event_selectors = [
            {
                "readWriteType": "All",
                "includeManagementEvents": False,
                "dataResources": [
                    {
                        "type": "AWS::S3::Object",
                        "values": [
                            f"{stores.data.bucket_arn}/",
                            f"{stores.protected.bucket_arn}/",
                        ],
                    },
                    {
                        "type": "AWS::DynamoDB::Table",
                        "values": [stores.state.table_arn, stores.people.table_arn],
                    },
                ],
            }
        ]
