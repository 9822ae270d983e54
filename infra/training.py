"""The pipelines: the one that trains, and those that run one program of the image each."""

from collections.abc import Mapping

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.sizes import Sizes
from stayline.adapters.aws.resources import Resources
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.modelling.training import TrainingOptions
from stayline.pipeline.definition import Definition, Parameter, ParameterType, Value, render
from stayline.pipeline.jobs import SETTINGS, VOLUME_GB
from stayline.pipeline.steps import ProcessingStep
from stayline.pipeline.training_pipeline import training_pipeline

JOB = Parameter("Job", ParameterType.STRING, description="A job, as `stayline jobs list` names it.")
VERSION = Parameter("Version", ParameterType.STRING, description="The approved version.")


class Training(Construct):
    """Pipelines in the product's own JSON form; EventBridge starts them without any code between.

    A schedule or event hands a pipeline its parameters: which job, which version. So the monitors,
    the nightly scores and all else that is scheduled are processing jobs of the one image.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        resources: Resources,
        schema: WorkforceSchema,
        sizes: Sizes,
    ) -> None:
        super().__init__(scope, id_)
        self._resources, self._sizes = resources, sizes
        asked = TrainingOptions()
        trains = training_pipeline(
            schema, seed=asked.seed, trials=asked.trials, time_limit_s=asked.time_limit_s
        )
        self._pipeline("Train", resources.pipeline, trains, "Trains, judges and registers.")
        self._program("Jobs", resources.jobs_pipeline, "jobs", ("jobs", "run", JOB.value), (JOB,))
        self._program(
            "Deployment",
            resources.deployment_pipeline,
            "deployer",
            ("models", "deploy", VERSION.value, "--if-needed"),
            (VERSION,),
        )
        self._program(
            "Rotation", resources.rotation_pipeline, "jobs", ("secrets", "rotate", "token-key")
        )

    def _program(
        self,
        id_: str,
        name: str,
        role: str,
        words: tuple[Value, ...],
        parameters: tuple[Parameter, ...] = (),
    ) -> None:
        step = one_program(words, role=role, resources=self._resources, sizes=self._sizes)
        self._pipeline(id_, name, Definition(parameters, (step,)), f"Runs one of the {role}'s.")

    def _pipeline(self, id_: str, name: str, definition: Definition, description: str) -> None:
        sagemaker.CfnPipeline(
            self,
            id_,
            pipeline_name=name,
            pipeline_description=description,
            pipeline_definition={"PipelineDefinitionBody": render(definition.document())},
            role_arn=self._resources.pipeline_role,
        )


def environment(resources: Resources) -> Mapping[str, str]:
    """Return the variables by which the product finds the stack it works in."""
    return {
        "STAYLINE_STACK": resources.stack,
        "STAYLINE_ACCOUNT": resources.account,
        "STAYLINE_ENDPOINT_NAME": resources.endpoint,
    }


def one_program(
    words: tuple[Value, ...], *, role: str, resources: Resources, sizes: Sizes
) -> ProcessingStep:
    """Return the step that runs ``stayline`` with these words, as that role, on one machine."""
    arguments: dict[str, object] = {
        "AppSpecification": {
            "ImageUri": resources.image,
            "ContainerEntrypoint": ["python", "-m", "stayline"],
            "ContainerArguments": list(words),
        },
        "Environment": {**environment(resources), "AWS_DEFAULT_REGION": resources.region},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": sizes.job_instance,
                "VolumeSizeInGB": VOLUME_GB,
            }
        },
        "RoleArn": resources.role(role),
        "StoppingCondition": {"MaxRuntimeInSeconds": sizes.job_longest_s},
    }
    settings = {"RetryPolicies": SETTINGS["RetryPolicies"]}
    return ProcessingStep("run", arguments, "Run one program of the image.", settings=settings)
