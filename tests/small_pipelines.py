"""Pipelines of a few milliseconds, whose programs are a line of Python."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.model_registry import SqliteModelRegistry
from stayline.adapters.embedded.package_files import FolderPackageFiles
from stayline.adapters.embedded.pipeline_runner import SubprocessPipelineRunner
from stayline.domain.pipeline_execution import Execution
from stayline.domain.workforce_schema import Kind
from stayline.errors import ExecutionFailed
from stayline.formats.model_archive import (
    BandsText,
    CalibrationText,
    InputText,
    Manifest,
    write_archive,
)
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.pipeline_runner import Follow, PipelineRunner, nobody_follows
from stores import SetClock

IN, OUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
HERE = "import os, pathlib, sys; ml = pathlib.Path(os.environ['STAYLINE_ML_ROOT']); "
INPUT = "inside = ml / 'processing/input'; "
OUTPUT = "out = ml / 'processing/output'; "
ROLE = "arn:aws:iam::000000000000:role/stayline"
WRITES = HERE + OUTPUT + "(out / 'rows' / 'rows.txt').write_text('7 rows')"
LEARNS = HERE + (
    "rows = (ml / 'input/data/train/rows.txt').read_text(); "
    "(ml / 'model/xgboost-model').write_text('learned from ' + rows)"
)
CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}


def python(program: str) -> dict[str, object]:
    """Return what starts a program, in pieces of the length that SageMaker allows."""
    pieces = [program[at : at + 256] for at in range(0, len(program), 256)]
    run = "import sys; exec(''.join(sys.argv[1:]))"
    return {"ContainerEntrypoint": ["python", "-c"], "ContainerArguments": [run, *pieces]}


def output_of(step: str, name: str) -> dict[str, object]:
    return {"Get": f"Steps.{step}.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri"}


def processing(
    name: str,
    program: str,
    *,
    inputs: Mapping[str, object] | None = None,
    outputs: tuple[str, ...] = ("rows",),
    environment: Mapping[str, object] | None = None,
    limit_s: int = 60,
    instance: str = "ml.m5.large",
    role: str = ROLE,
    **settings: object,
) -> dict[str, object]:
    arguments = {
        "AppSpecification": {"ImageUri": "stayline", **python(program)},
        "ProcessingInputs": [
            {
                "InputName": key,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"{IN}/{key}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for key, uri in (inputs or {}).items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": key,
                    "S3Output": {
                        "S3Uri": {
                            "Std:Join": {
                                "On": "/",
                                "Values": [{"Get": "Parameters.OutputUri"}, name, key],
                            }
                        },
                        "LocalPath": f"{OUT}/{key}",
                        "S3UploadMode": "EndOfJob",
                    },
                }
                for key in outputs
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": instance, "VolumeSizeInGB": 1}
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": limit_s},
        "RoleArn": role,
    }
    if environment:
        arguments["Environment"] = dict(environment)
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **settings}


def training(
    name: str, program: str, *, train: object, seed: str = "7", **settings: object
) -> dict[str, object]:
    source = {"S3Uri": train, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
    arguments = {
        "AlgorithmSpecification": {
            "TrainingImage": "stayline",
            "TrainingInputMode": "File",
            **python(program),
        },
        "HyperParameters": {"seed": seed},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": {"Get": "Parameters.OutputUri"}},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 1,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "RoleArn": ROLE,
    }
    return {"Name": name, "Type": "Training", "Arguments": arguments, **settings}


def pipeline(*steps: Mapping[str, object], **parameters: object) -> dict[str, object]:
    """Return a definition whose parameters are texts with these defaults."""
    given = {"OutputUri": "s3://stayline/runs"} | parameters
    return {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [
            {"Name": name, "Type": "String", "DefaultValue": value} for name, value in given.items()
        ],
        "Steps": list(steps),
    }


def two_steps(**settings: object) -> dict[str, object]:
    """Return rows, and a model learned from them."""
    return pipeline(
        processing("prepare", WRITES, **settings),
        training("train", LEARNS, train=output_of("prepare", "rows"), **settings),
    )


def condition(
    name: str, left: object, right: object, *, then: object = (), otherwise: object = ()
) -> dict[str, object]:
    compared = {"Type": "Equals", "LeftValue": left, "RightValue": right}
    arguments = {"Conditions": [compared], "IfSteps": [*then], "ElseSteps": [*otherwise]}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def fail(name: str, message: object) -> dict[str, object]:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}


def gates(path: str) -> dict[str, object]:
    file = {"Get": "Steps.check.PropertyFiles.Gates"}
    return {"Std:JsonGet": {"PropertyFile": file, "Path": path}}


JUDGES = HERE + INPUT + OUTPUT + (
    "import hashlib, json, shutil; "
    "digest = lambda file: 'sha256:' + hashlib.sha256(file.read_bytes()).hexdigest(); "
    "package = shutil.copy(inside / 'package/model.tar.gz', out / 'package/model.tar.gz'); "
    "(out / 'reports/bias_analysis.json').write_text('{}'); "
    "(out / 'reports/table.csv').write_text('a,b'); "
    "found = dict(verdict=os.environ['VERDICT'], message='Recall is 0.2, at least 0.3 is asked.', "
    "package_digest=digest(package), bias=digest(out / 'reports/bias_analysis.json')); "
    "(out / 'gates/gates.json').write_text(json.dumps(found | json.loads(os.environ['CHANGES'])))"
)  # fmt: skip


def gated(
    package: str, *, verdict: str = "pass", changes: str = "{}", **settings: object
) -> dict[str, object]:
    """Return a pipeline that checks a staged package, and registers it or fails."""
    check = processing(
        "check",
        JUDGES,
        inputs={"package": package},
        outputs=("package", "gates", "reports"),
        environment={"VERDICT": verdict, "CHANGES": changes},
        PropertyFiles=[
            {"PropertyFileName": "Gates", "OutputName": "gates", "FilePath": "gates.json"}
        ],
        **settings,
    )
    return pipeline(
        check,
        condition(
            "gate", gates("verdict"), "pass", then=[_register()],
            otherwise=[fail("fail", {"Std:Join": {"On": "", "Values": [gates("message")]}})],
        ),
    )  # fmt: skip


def _register() -> dict[str, object]:
    def below(name: str, file: str) -> dict[str, object]:
        return {"Std:Join": {"On": "/", "Values": [output_of("check", name), file]}}

    report = {
        "ContentType": "application/json",
        "S3Uri": below("reports", "bias_analysis.json"),
        "ContentDigest": gates("bias"),
    }
    container = {"Image": "stayline", "ModelDataUrl": below("package", "model.tar.gz")}
    arguments = {
        "ModelPackageGroupName": "attrition-risk",
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelMetrics": {"Bias": {"Report": report}},
        "CustomerMetadataProperties": {"package_digest": gates("package_digest")},
    }
    return {"Name": "register", "Type": "RegisterModel", "Arguments": arguments}


def package_bytes(*, rounds: int = 10) -> bytes:
    """Return a model package whose trees are not looked at."""
    manifest = Manifest(
        format_version=1,
        inputs=(InputText("JobRole", Kind.CATEGORY, ("Manager",)),),
        calibration=CalibrationText("platt", 0.9, -0.1, (), ()),
        bands=BandsText(0.16, 0.31),
        policy="the 10% of people with the highest risk",
        schema_toml='name = "s"',
        parameters={},
        rounds=rounds,
        training={},
        evaluations=(),
        periods=(),
        libraries={},
        metrics={"roc_auc": 0.81},
    )
    return write_archive(b"{L trees", manifest)


class PipelineHome:
    """The embedded runner under one folder, opened as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock()
        self.waited: list[float] = []
        self._engines: list[sa.Engine] = []

    def runner(self) -> PipelineRunner:
        engine = open_database(self.folder / "state.db", "state")
        self._engines.append(engine)
        return SubprocessPipelineRunner(
            engine,
            self.folder / "pipeline",
            registry=SqliteModelRegistry(engine, FolderPackageFiles(self.folder / "models")),
            clock=self.clock,
            wait=self.waited.append,
        )

    def registry(self) -> ModelRegistry:
        engine = open_database(self.folder / "state.db", "state")
        self._engines.append(engine)
        return SqliteModelRegistry(engine, FolderPackageFiles(self.folder / "models"))

    def run(self, definition: dict[str, object], *, follow: Follow = nobody_follows) -> Execution:
        return self.runner().run(definition, parameters={}, by="ana", follow=follow)

    def failure(self, definition: dict[str, object]) -> ExecutionFailed:
        """Run what is to fail, and return how."""
        with pytest.raises(ExecutionFailed) as caught:
            self.run(definition)
        return caught.value

    def in_hand(self) -> list[Path]:
        """Return what steps left where they worked."""
        return list((self.folder / "pipeline" / "work").glob("*"))

    def kept(self, pattern: str) -> list[Path]:
        """Return files among the outputs."""
        return list((self.folder / "pipeline" / "objects").glob(pattern))

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()
