"""What the stack promises of its parts, told from the template."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from infra.schedules import expression
from stayline.adapters.aws.resources import Resources
from stayline.jobs.table import JOBS

CDK = dict[str, Any]


@pytest.fixture(scope="session")
def prod(templates: dict[str, CDK]) -> Template:
    return Template.from_json(templates["prod-steady"])


@pytest.fixture(scope="session")
def thrifty(templates: dict[str, CDK]) -> Template:
    return Template.from_json(templates["prod-thrifty"])


def properties(templates: dict[str, CDK], stack: str, kind: str) -> list[CDK]:
    resources = templates[stack]["Resources"].values()
    return [one.get("Properties", {}) for one in resources if one["Type"] == kind]


def test_every_bucket_is_encrypted_versioned_private_and_for_tls_alone(
    templates: dict[str, CDK], stack: str
) -> None:
    buckets = properties(templates, stack, "AWS::S3::Bucket")
    policies = json.dumps(properties(templates, stack, "AWS::S3::BucketPolicy"))
    assert policies.count('"aws:SecureTransport": "false"') == len(buckets)
    for bucket in buckets:
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]


def test_what_the_endpoint_captures_goes_after_180_days(prod: Template) -> None:
    rule = Match.object_like(
        {"Prefix": "endpoint-capture/", "ExpirationInDays": 180, "Status": "Enabled"}
    )
    prod.has_resource_properties(
        "AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": Match.array_with([rule])}}
    )


def test_protected_attributes_have_a_bucket_with_a_key_of_its_own(prod: Template) -> None:
    for key, bucket in (("Protected", "protected"), ("Data", "data")):
        prod.has_resource_properties(
            "AWS::S3::Bucket",
            {
                "BucketName": {
                    "Fn::Join": ["", [f"stayline-prod-{bucket}-", *[Match.any_value()] * 3]]
                },
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        Match.object_like(
                            {
                                "ServerSideEncryptionByDefault": {
                                    "KMSMasterKeyID": {
                                        "Fn::GetAtt": [
                                            Match.string_like_regexp(f"^Keys{key}"),
                                            "Arn",
                                        ]
                                    },
                                    "SSEAlgorithm": "aws:kms",
                                }
                            }
                        )
                    ]
                },
            },
        )


def test_tables_can_be_restored_end_items_by_themselves_and_are_not_deleted_by_mistake(
    prod: Template,
) -> None:
    prod.resource_count_is("AWS::DynamoDB::Table", 2)
    for table in ("state", "people"):
        prod.has_resource(
            "AWS::DynamoDB::Table",
            {
                "DeletionPolicy": "Retain",
                "Properties": {
                    "TableName": f"stayline-prod-{table}",
                    "BillingMode": "PAY_PER_REQUEST",
                    "DeletionProtectionEnabled": True,
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                    "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
                    "SSESpecification": Match.object_like({"SSEType": "KMS"}),
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "sk", "KeyType": "RANGE"},
                    ],
                },
            },
        )


def test_a_development_stack_leaves_nothing_behind(templates: dict[str, CDK]) -> None:
    for one in templates["dev-thrifty"]["Resources"].values():
        assert one.get("DeletionPolicy", "Delete") == "Delete"


def test_keys_renew_themselves(templates: dict[str, CDK], stack: str) -> None:
    keys = properties(templates, stack, "AWS::KMS::Key")
    assert len(keys) == 3
    assert all(key["EnableKeyRotation"] for key in keys)


def test_the_steady_endpoint_captures_scales_and_takes_a_bad_change_back(prod: Template) -> None:
    prod.has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "DataCaptureConfig": Match.object_like(
                {"EnableCapture": True, "InitialSamplingPercentage": 100}
            ),
            "ProductionVariants": [Match.object_like({"InstanceType": "ml.m8g.medium"})],
        },
    )
    prod.has_resource_properties(
        "AWS::SageMaker::Endpoint",
        {
            "DeploymentConfig": {
                "AutoRollbackConfiguration": {
                    "Alarms": [
                        {"AlarmName": "stayline-prod-attrition-risk-errors"},
                        {"AlarmName": "stayline-prod-attrition-risk-latency"},
                    ]
                },
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "ALL_AT_ONCE",
                        "WaitIntervalInSeconds": 0,
                    },
                    "TerminationWaitInSeconds": 600,
                    "MaximumExecutionTimeoutInSeconds": 4800,
                },
            }
        },
    )
    prod.has_resource_properties(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ResourceId": "endpoint/stayline-prod-attrition-risk/variant/AllTraffic",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        },
    )


def test_alarms_that_take_a_change_back_are_alarms_of_the_stack(
    templates: dict[str, CDK],
) -> None:
    alarms = properties(templates, "prod-steady", "AWS::CloudWatch::Alarm")
    names = {alarm["AlarmName"] for alarm in alarms}
    assert {"stayline-prod-attrition-risk-errors", "stayline-prod-attrition-risk-latency"} <= names
    assert all(alarm["AlarmActions"] for alarm in alarms)


def test_the_thrifty_endpoint_is_serverless_without_what_serverless_lacks(
    thrifty: Template, templates: dict[str, CDK]
) -> None:
    (config,) = properties(templates, "prod-thrifty", "AWS::SageMaker::EndpointConfig")
    assert "DataCaptureConfig" not in config
    (variant,) = config["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MaxConcurrency": 5, "MemorySizeInMB": 2048}
    (endpoint,) = properties(templates, "prod-thrifty", "AWS::SageMaker::Endpoint")
    assert "DeploymentConfig" not in endpoint
    (model,) = properties(templates, "prod-thrifty", "AWS::SageMaker::Model")
    assert model["EnableNetworkIsolation"] is False
    thrifty.resource_count_is("AWS::ApplicationAutoScaling::ScalableTarget", 0)


def test_before_the_first_model_there_is_no_endpoint(templates: dict[str, CDK]) -> None:
    kinds = {one["Type"] for one in templates["dev-steady"]["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("AWS::SageMaker::Endpoint")}
    assert "AWS::SageMaker::Model" not in kinds


def test_neither_monitoring_schedules_nor_networks_are_made(
    templates: dict[str, CDK], stack: str
) -> None:
    kinds = {one["Type"] for one in templates[stack]["Resources"].values()}
    unwanted = ("MonitoringSchedule", "JobDefinition", "::EC2::", "Custom::")
    assert not [kind for kind in kinds if any(part in kind for part in unwanted)]


def test_every_job_of_the_product_is_scheduled_at_the_product_s_time(
    templates: dict[str, CDK],
) -> None:
    schedules = {
        one["Name"]: one for one in properties(templates, "prod-steady", "AWS::Scheduler::Schedule")
    }
    assert set(schedules) == {job.name for job in JOBS} | {"rotate-token-key"}
    for job in JOBS:
        kept = schedules[job.name]
        assert kept["ScheduleExpression"] == expression(job.schedule)
        assert kept["Target"]["SageMakerPipelineParameters"] == {
            "PipelineParameterList": [{"Name": "Job", "Value": job.name}]
        }
        assert kept["Target"]["DeadLetterConfig"]


def test_an_approval_deploys_and_drift_retrains(prod: Template) -> None:
    for pattern, pipeline, parameter in (
        (
            {"detail": Match.object_like({"ModelApprovalStatus": ["Approved"]})},
            "stayline-prod-deployment",
            {"Name": "Version", "Value": "$.detail.ModelPackageVersion"},
        ),
        (
            {"detail": Match.object_like({"alarmName": ["stayline-prod-data-drift"]})},
            "stayline-prod-jobs",
            {"Name": "Job", "Value": "retrain"},
        ),
    ):
        prod.has_resource_properties(
            "AWS::Events::Rule",
            {
                "EventPattern": Match.object_like(pattern),
                "Targets": [
                    Match.object_like(
                        {
                            "Id": pipeline,
                            "SageMakerPipelineParameters": {"PipelineParameterList": [parameter]},
                        }
                    )
                ],
            },
        )


def test_an_event_that_could_not_start_its_pipeline_may_wait_in_the_queue_that_rings(
    templates: dict[str, CDK], stack: str
) -> None:
    (policy,) = properties(templates, stack, "AWS::SQS::QueuePolicy")
    (allowed,) = (one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_secrets_of_the_stack_and_of_the_product_are_under_the_key_of_names(
    templates: dict[str, CDK],
) -> None:
    resources = templates["prod-steady"]["Resources"]
    (secret,) = properties(templates, "prod-steady", "AWS::SecretsManager::Secret")
    (alias,) = (
        one
        for one in properties(templates, "prod-steady", "AWS::KMS::Alias")
        if one["AliasName"] == Resources("stayline-prod", "", "").people_key
    )
    assert secret["KmsKeyId"] == alias["TargetKeyId"]
    assert resources[alias["TargetKeyId"]["Fn::GetAtt"][0]]["Type"] == "AWS::KMS::Key"


def test_no_route_is_open_programs_sign_and_people_show_tokens(templates: dict[str, CDK]) -> None:
    routes = {
        one["RouteKey"]: one["AuthorizationType"]
        for one in properties(templates, "prod-steady", "AWS::ApiGatewayV2::Route")
    }
    assert routes["POST /endpoints/{proxy+}"] == "AWS_IAM"
    assert routes["ANY /{proxy+}"] == "JWT"
    assert set(routes.values()) == {"AWS_IAM", "JWT"}
    plain = properties(templates, "dev-thrifty", "AWS::ApiGatewayV2::Route")
    assert {one["AuthorizationType"] for one in plain} == {"AWS_IAM"}


def test_the_access_log_tells_no_address_and_no_caller(
    templates: dict[str, CDK], stack: str
) -> None:
    (stage,) = properties(templates, stack, "AWS::ApiGatewayV2::Stage")
    told = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert "$context.routeKey" in told
    assert not [one for one in told if "path" in one.lower() or "identity" in one.lower()]
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 20


def test_the_gateway_is_arm64_outside_any_network_and_bounded(prod: Template) -> None:
    prod.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Architectures": ["arm64"],
            "Handler": "stayline.web.aws_gateway.handler",
            "ReservedConcurrentExecutions": 10,
            "VpcConfig": Match.absent(),
        },
    )


def test_a_stack_without_the_gateway_s_code_says_so(templates: dict[str, CDK]) -> None:
    (function,) = properties(templates, "prod-steady", "AWS::Lambda::Function")
    assert function["Description"] == "A placeholder: not to be deployed."


def test_the_budget_is_the_monthly_limit(prod: Template) -> None:
    prod.has_resource_properties(
        "AWS::Budgets::Budget",
        {
            "Budget": Match.object_like(
                {"BudgetLimit": {"Amount": 80, "Unit": "USD"}, "TimeUnit": "MONTHLY"}
            )
        },
    )


def test_the_trail_is_an_option_and_tells_of_buckets_and_tables(
    prod: Template, templates: dict[str, CDK]
) -> None:
    prod.resource_count_is("AWS::CloudTrail::Trail", 0)
    (trail,) = properties(templates, "prod-thrifty", "AWS::CloudTrail::Trail")
    (selector,) = trail["EventSelectors"]
    assert selector["IncludeManagementEvents"] is False
    assert [one["Type"] for one in selector["DataResources"]] == [
        "AWS::S3::Object",
        "AWS::DynamoDB::Table",
    ]


def test_every_resource_that_takes_tags_bears_the_one_that_the_budget_looks_for(
    templates: dict[str, CDK], stack: str
) -> None:
    for kind in ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SageMaker::Pipeline"):
        for one in properties(templates, stack, kind):
            assert "stayline:stack" in {tag["Key"] for tag in one["Tags"]}
