"""Definitions to test with: the training pipeline of each preset, and a small foreign one."""

from copy import deepcopy
from typing import Any

from stayline.pipeline.training_pipeline import training_pipeline
from stayline.samples.presets import named_schema

ROLE = "arn:aws:iam::123456789012:role/jobs"


def training_document(preset: str = "monthly-panel") -> dict[str, Any]:
    return training_pipeline(named_schema(preset), seed=7, trials=20, time_limit_s=90).document()


def step(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the step of that name, which may be changed in place."""
    waiting = list(document["Steps"])
    while waiting:
        found = waiting.pop()
        if found["Name"] == name:
            return found
        waiting += found["Arguments"].get("IfSteps", []) + found["Arguments"].get("ElseSteps", [])
    raise KeyError(name)


def processing(name: str, *after: str, **more: Any) -> dict[str, Any]:
    """Return a processing step with one output, ``out``."""
    output = {
        "S3Uri": "s3://b/o",
        "LocalPath": "/opt/ml/processing/out",
        "S3UploadMode": "EndOfJob",
    }
    arguments = {
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 30,
            }
        },
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": output}]},
        "RoleArn": ROLE,
    }
    waits = {"DependsOn": list(after)} if after else {}
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **waits, **more}


def condition(name: str, asked: dict[str, Any], yes: list[Any], no: list[Any]) -> dict[str, Any]:
    arguments = {"Conditions": [asked], "IfSteps": yes, "ElseSteps": no}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def document(*steps: dict[str, Any], parameters: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return deepcopy({"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)})


ALWAYS = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
