"""Training without a person asking for it; a person still has to approve what comes of it."""

from stayline.bootstrap import Ports
from stayline.domain.job_plan import planned_job
from stayline.domain.job_runs import SCHEDULE
from stayline.domain.pipeline_execution import Execution, ExecutionStatus, StepEvent
from stayline.errors import NothingImported, StillExecuting
from stayline.jobs.job import Call, Job
from stayline.modelling.training import TrainingOptions
from stayline.settings import Settings
from stayline.usecases.share_protected_attributes import share_protected_attributes
from stayline.usecases.train_model import train_model


def retrain(ports: Ports, settings: Settings, call: Call) -> str:
    """Train a new version on all that is known by now, its cause being audited with it.

    It waits for a person even where the schema lets versions be approved by rule, for nobody
    looks on. Raises `StillExecuting` while another training goes on.
    """
    under_way = training_under_way(ports)
    if under_way is not None:
        raise StillExecuting(under_way.execution_id)
    try:
        ports.features.schema()
    except NothingImported:
        return "No workforce has been imported yet, so nothing was trained."

    def follow(event: StepEvent) -> None:
        if not event.line:
            call.listener.tell(f"{event.step}: {event.status.value}")

    with (
        ports.secrets.steady_tokens(),
        share_protected_attributes(
            actor=call.by,
            protected=ports.protected,
            opt_outs=ports.opt_outs,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
        ) as protected_uri,
    ):
        training = train_model(
            options=TrainingOptions(),
            actor=call.by,
            protected_uri=protected_uri,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            decisions=ports.decisions,
            waivers=ports.waivers,
            runner=ports.runner,
            audit=ports.audit,
            clock=ports.clock,
            cause=call.cause or _usual_cause(call),
            follow=follow,
        )
    registered, execution = training.registered, training.execution
    return (
        f"Version {registered.version} is {registered.status.value}, by execution "
        f"{execution.execution_id}."
    )


def training_under_way(ports: Ports) -> Execution | None:
    """Return the execution that some process is at work on, None without one."""
    executions = ports.runner.executions()
    return next((one for one in executions if one.status is ExecutionStatus.EXECUTING), None)


def _usual_cause(call: Call) -> str:
    if call.by != SCHEDULE:
        return "Retraining by hand."
    return f"Monthly retraining, scheduled for {call.scheduled_for:%Y-%m-%d}."


_PLANNED = planned_job("retrain")
RETRAINING = Job(_PLANNED.name, _PLANNED.does, _PLANNED.schedule, retrain)
