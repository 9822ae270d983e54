"""What each type of step does when its turn comes."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from stayline.adapters.embedded.pipeline.cache import code_digest
from stayline.adapters.embedded.pipeline.faults import StepFault
from stayline.adapters.embedded.pipeline.files import kept_tree
from stayline.adapters.embedded.pipeline.job_step import JOBS, JobStep
from stayline.adapters.embedded.pipeline.registration import Registration
from stayline.adapters.embedded.pipeline.workshop import Workshop
from stayline.domain.pipeline_execution import Execution, StepEvent, StepExecution, StepStatus
from stayline.errors import DefinitionProblem, DefinitionRefused, ExpressionFailed
from stayline.pipeline.expressions import Scope, holds, resolve
from stayline.pipeline.order import PlacedStep, placed_steps

STEP_TYPES = ("Processing", "Training", "Condition", "RegisterModel", "Fail")


def refuse_others(document: Mapping[str, object]) -> None:
    """Do nothing when every step can run here; raises `DefinitionRefused` before anything starts.

    The document has been checked, so the types are SageMaker's.
    """
    foreign = [
        DefinitionProblem(
            placed.name,
            "Type",
            f"{placed.step['Type']!r} runs in the cloud only; the embedded runner executes "
            f"{', '.join(STEP_TYPES[:-1])} and {STEP_TYPES[-1]}",
        )
        for placed in placed_steps(document)
        if placed.step["Type"] not in STEP_TYPES
    ]
    if foreign:
        raise DefinitionRefused(foreign)


def outcome(answer: bool) -> str:
    """Return a condition's answer in SageMaker's words."""
    return str(answer)


class StepKinds:
    """Runs the steps of one execution."""

    def __init__(
        self,
        workshop: Workshop,
        execution: Execution,
        placed: Mapping[str, PlacedStep],
        follow: Callable[[StepEvent], None],
    ) -> None:
        self._workshop = workshop
        self._execution = execution
        self._placed = placed
        self._follow = follow
        self._files = workshop.files(execution.execution_id)
        self._code = code_digest()

    def run(
        self,
        begun: StepExecution,
        step: Mapping[str, object],
        done: Mapping[str, StepExecution],
    ) -> StepExecution:
        """Return the step as it succeeded, given those before it.

        Raises `StepFault`, and `ExpressionFailed` for a reference to what is not there.
        """
        scope = self._scope(done)
        arguments = _object(step["Arguments"])
        if begun.type == "Condition":
            return self._decided(begun, arguments, scope)
        resolved = _object(resolve(arguments, scope))
        if begun.type == "Fail":
            evidence = "`stayline pipeline show {execution} --reports FOLDER` writes the evidence."
            raise StepFault(str(resolved["ErrorMessage"]), f"{evidence} Then run it again.")
        if begun.type == "RegisterModel":
            return self._registered(begun, resolved)
        begun = replace(begun, status=StepStatus.EXECUTING)
        job = JobStep(
            self._workshop,
            self._execution.execution_id,
            step,
            files=self._files,
            code=self._code,
            follow=self._follow,
        )
        return job.run(JOBS[begun.type](begun.name, resolved), begun, resolved)

    def _decided(
        self, begun: StepExecution, arguments: Mapping[str, object], scope: Scope
    ) -> StepExecution:
        answer = all(holds(condition, scope) for condition in _objects(arguments["Conditions"]))
        return self._finished(begun, {"Outcome": outcome(answer)})

    def _registered(self, begun: StepExecution, arguments: Mapping[str, object]) -> StepExecution:
        workshop = self._workshop
        package, arn = Registration(arguments, self._files).register(
            workshop.registry,
            workshop.registering(),
            trained_by=self._execution.started_by,
            at=workshop.clock.now(),
        )
        properties: dict[str, object] = {
            **arguments,
            "ModelApprovalStatus": package.status.value,
            "ModelPackageArn": arn,
            "ModelPackageVersion": package.version,
        }
        return self._finished(replace(begun, inputs={"package": package.digest}), properties)

    def _finished(self, begun: StepExecution, properties: Mapping[str, object]) -> StepExecution:
        done = replace(
            begun,
            status=StepStatus.SUCCEEDED,
            ended_at=self._workshop.clock.now(),
            attempts=1,
            properties=properties,
        )
        self._workshop.records.put_step(self._execution.execution_id, done)
        return done

    def _scope(self, done: Mapping[str, StepExecution]) -> Scope:
        execution = self._execution
        pipeline_arn = f"arn:stayline:sagemaker:local::pipeline/{execution.pipeline_name}"
        return Scope(
            parameters=execution.parameters,
            properties={name: step.properties for name, step in done.items()},
            property_file=lambda step, file: self._property_file(done[step], file),
            execution={
                "CurrentDateTime": self._workshop.clock.now().isoformat(),
                "PipelineArn": pipeline_arn,
                "PipelineExecutionArn": f"{pipeline_arn}/execution/{execution.execution_id}",
                "PipelineExecutionId": execution.execution_id,
                "PipelineName": execution.pipeline_name,
                "StartDateTime": execution.started_at.isoformat(),
            },
        )

    def _property_file(self, step: StepExecution, name: str) -> bytes:
        """Return the bytes of a property file, from the output as it was digested."""
        for file in _objects(self._placed[step.name].step.get("PropertyFiles")):
            if file["PropertyFileName"] == name:
                digest = step.outputs[str(file["OutputName"])]
                tree = kept_tree(self._workshop.objects, digest)
                if tree is not None and file["FilePath"] in tree.files:
                    return (tree.folder / str(file["FilePath"])).read_bytes()
        told = f"Steps.{step.name}.PropertyFiles.{name}"
        raise ExpressionFailed(told, "the step did not write that file, or it was altered.")


def _objects(value: object) -> list[Mapping[str, object]]:
    return [_object(one) for one in value] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise StepFault("its arguments are not an object.", "Correct them in the definition.")
