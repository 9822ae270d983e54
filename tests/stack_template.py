"""A small stack as the CDK writes it: each kind of part once or twice, as a dictionary."""

import json
from pathlib import Path
from typing import Any

STACK, REGION = "stayline-dev", "eu-central-1"
DAILY, MONTHLY = "cron(30 2 * * ? *)", "cron(0 3 2 * ? *)"
Resources = dict[str, dict[str, Any]]


def write_template(folder: Path, resources: Resources) -> Path:
    """Write it as the CDK names it; return the folder, which may hold others."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Resources": resources})
    (folder / f"{STACK}.template.json").write_text(text, "utf-8")
    return folder


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def retained(kind: str, **properties: object) -> dict[str, Any]:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return resource(kind, **properties) | kept


def sample_stack(profile: str = "steady") -> Resources:
    """Return the resources of a stack in a profile."""
    return {
        **_ingress(),
        **_serving(profile),
        **_pipelines(),
        **_schedules(),
        **_stores(),
        **_watching(),
        "Role": resource("AWS::IAM::Role"),
        "Budget": resource("AWS::Budgets::Budget"),
    }


def _ingress() -> Resources:
    arn = {"Fn::GetAtt": ["Gateway", "Arn"]}
    return {
        "Gateway": resource(
            "AWS::Lambda::Function", MemorySize=1024, Architectures=["arm64"], Handler="x.handler"
        ),
        "Api": resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP"),
        "Route": resource("AWS::ApiGatewayV2::Route", RouteKey="ANY /{proxy+}"),
        "Stage": resource(
            "AWS::ApiGatewayV2::Stage", DefaultRouteSettings={"DetailedMetricsEnabled": True}
        ),
        "Invoke": resource(
            "AWS::Lambda::Permission", FunctionName=arn, Principal="apigateway.amazonaws.com"
        ),
        "AccessLog": resource("AWS::Logs::LogGroup", RetentionInDays=30),
    }


def _serving(profile: str) -> Resources:
    variant: dict[str, object] = {"InitialInstanceCount": 1, "InstanceType": "ml.m8g.medium"}
    if profile == "thrifty":
        variant = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        "Model": resource("AWS::SageMaker::Model"),
        "Config": resource("AWS::SageMaker::EndpointConfig", ProductionVariants=[variant]),
        "Endpoint": resource("AWS::SageMaker::Endpoint", EndpointConfigName=name),
        "Models": resource("AWS::SageMaker::ModelPackageGroup"),
    }


def _pipelines() -> Resources:
    cluster = {"InstanceCount": 1, "InstanceType": {"Get": "Parameters.ProcessingInstanceType"}}
    processing = {
        "Type": "Processing",
        "Arguments": {"ProcessingResources": {"ClusterConfig": cluster}},
    }
    training = {
        "Type": "Training",
        "Arguments": {"ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large"}},
    }
    parameter = {"Name": "ProcessingInstanceType", "DefaultValue": "ml.t3.medium"}
    trains = {"Parameters": [parameter], "Steps": [processing, training, processing]}
    single = {"Parameters": [parameter], "Steps": [processing]}
    return {
        "Train": _pipeline(f"{STACK}-training", json.dumps(trains)),
        "Jobs": _pipeline(
            f"{STACK}-jobs",
            {"Fn::Join": ["", [json.dumps(single)[:-1], ', "Role": "', {"Ref": "Role"}, '"}']]},
        ),
    }


def _pipeline(name: str, body: object) -> dict[str, Any]:
    definition = {"PipelineDefinitionBody": body}
    return resource("AWS::SageMaker::Pipeline", PipelineName=name, PipelineDefinition=definition)


def _schedules() -> Resources:
    def arn(pipeline: str) -> dict[str, object]:
        account = {"Ref": "AWS::AccountId"}
        parts = [f"arn:aws:sagemaker:{REGION}:", account, f":pipeline/{STACK}-{pipeline}"]
        return {"Fn::Join": ["", parts]}

    def schedule(name: str, time: str, pipeline: str) -> dict[str, Any]:
        target = {"Arn": arn(pipeline), "RoleArn": "x"}
        kind = "AWS::Scheduler::Schedule"
        return resource(kind, Name=name, ScheduleExpression=time, Target=target)

    return {
        "Watch": schedule("watch", DAILY, "jobs"),
        "Retrain": schedule("retrain", MONTHLY, "training"),
        "Approved": resource(
            "AWS::Events::Rule",
            EventPattern={"source": ["aws.sagemaker"]},
            Targets=[{"Id": "jobs", "Arn": arn("jobs")}],
        ),
        "Missed": resource("AWS::SQS::Queue"),
    }


def _stores() -> Resources:
    recovered = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    return {
        "DataKey": retained("AWS::KMS::Key"),
        "PeopleKey": retained("AWS::KMS::Key"),
        "State": retained(
            "AWS::DynamoDB::Table",
            TableName=f"{STACK}-state",
            DeletionProtectionEnabled=True,
            **recovered,
        ),
        "People": resource("AWS::DynamoDB::Table", TableName=f"{STACK}-people", **recovered),
        "Data": retained("AWS::S3::Bucket", BucketName=f"{STACK}-data"),
        "TokenKey": retained("AWS::SecretsManager::Secret", Name=f"{STACK}/token-key"),
        "Features": resource("AWS::SageMaker::FeatureGroup", FeatureGroupName=f"{STACK}-features"),
        "Images": resource("AWS::ECR::Repository", RepositoryName=STACK),
        "Models": resource(
            "AWS::SageMaker::ModelPackageGroup", ModelPackageGroupName=f"{STACK}-models"
        ),
    }


def _watching() -> Resources:
    own = {"Namespace": f"Stayline/{STACK}", "MetricName": "watch_violations"}
    graph = {"metrics": [[own["Namespace"], own["MetricName"], {"stat": "Maximum"}]]}
    body = {"widgets": [{"type": "metric", "properties": graph}]}
    return {
        "Latency": resource(
            "AWS::CloudWatch::Alarm", Namespace="AWS/SageMaker", MetricName="ModelLatency"
        ),
        "Drift": resource("AWS::CloudWatch::Alarm", **own),
        "Dashboard": resource("AWS::CloudWatch::Dashboard", DashboardBody=json.dumps(body)),
        "Topic": resource("AWS::SNS::Topic"),
    }
