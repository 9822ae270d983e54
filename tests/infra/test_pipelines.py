"""The pipelines of the stack: the product's own definition, and programs of the one image."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from infra.training import environment
from stayline.adapters.aws.resources import Resources
from stayline.cli.app import app as commands
from stayline.modelling.training import TrainingOptions
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.samples.presets import named_schema

HERE = Resources("stayline-prod", "111122223333", "eu-central-1")


def definition(template: dict[str, Any], name: str) -> dict[str, Any]:
    (body,) = (
        one["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::SageMaker::Pipeline"
        and one["Properties"]["PipelineName"] == f"stayline-prod-{name}"
    )
    text = body if isinstance(body, str) else "".join(map(_plain, body["Fn::Join"][1]))
    told: dict[str, Any] = json.loads(text)
    return told


def _plain(part: Any) -> str:
    if isinstance(part, str):
        return part
    return {"AWS::Region": HERE.region, "AWS::AccountId": HERE.account}[part["Ref"]]


def test_the_training_is_the_very_definition_that_runs_here(
    templates: dict[str, dict[str, Any]],
) -> None:
    asked = TrainingOptions()
    here = training_pipeline(
        named_schema("ibm-hr"),
        seed=asked.seed,
        trials=asked.trials,
        time_limit_s=asked.time_limit_s,
    )
    assert definition(templates["prod-steady"], "training") == here.document()


@pytest.mark.parametrize(
    ("name", "role", "words"),
    [
        ("jobs", "jobs", ["jobs", "run", {"Get": "Parameters.Job"}]),
        (
            "deployment",
            "deployer",
            ["models", "deploy", {"Get": "Parameters.Version"}, "--if-needed"],
        ),
        ("rotation", "jobs", ["secrets", "rotate", "token-key"]),
    ],
)
def test_the_other_pipelines_run_one_command_each_as_a_request_that_sagemaker_takes(
    templates: dict[str, dict[str, Any]], name: str, role: str, words: list[Any]
) -> None:
    (step,) = definition(templates["prod-steady"], name)["Steps"]
    arguments = step["Arguments"]
    assert arguments["AppSpecification"]["ContainerArguments"] == words
    assert arguments["AppSpecification"]["ImageUri"] == HERE.image
    assert arguments["RoleArn"] == HERE.role(role)
    assert arguments["Environment"].items() >= environment(HERE).items()
    arguments["AppSpecification"]["ContainerArguments"] = [str(word) for word in words]
    arguments["ProcessingJobName"] = "x"
    shape = get_session().get_service_model("sagemaker").shape_for("CreateProcessingJobRequest")
    problems = ParamValidator().validate(arguments, shape)
    assert not problems.has_errors(), problems.generate_report()


@pytest.mark.parametrize("words", [["jobs", "run"], ["models", "deploy"], ["secrets", "rotate"]])
def test_the_commands_are_ones_that_the_product_has(words: list[str]) -> None:
    import typer

    group, name = words
    found = typer.main.get_command(commands)
    assert name in found.commands[group].commands  # type: ignore[attr-defined]  (groups of Click)
