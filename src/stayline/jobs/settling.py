"""Finish what killed processes left halfway: deployments, and trainings that went on alone."""

from collections.abc import Callable
from dataclasses import dataclass

from stayline.bootstrap import Ports
from stayline.errors import StaylineError
from stayline.usecases.take_up_executions import take_up_executions


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done, in words, and what was in the way; both are mostly empty."""

    done: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def settle(ports: Ports) -> Settled:
    """Bring what answers to what the record says, and take up what pipelines registered alone.

    For every occasion on which something runs by itself: each minute where a loop does, and before
    each job where one is started for it. What is in the way of one part is in the way of nothing
    else, and is tried again on the next occasion.
    """
    parts: tuple[Callable[[], list[str]], ...] = (
        lambda: [ports.deployments.settle()],
        lambda: take_up_executions(runner=ports.runner, audit=ports.audit, clock=ports.clock),
    )
    done: list[str] = []
    problems: list[str] = []
    for part in parts:
        try:
            done += filter(None, part())
        except StaylineError as error:
            problems.append(str(error))
    return Settled(tuple(done), tuple(problems))
