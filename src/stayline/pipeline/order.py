"""Which steps there are, what each one needs, and an order in which they can run."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

BRANCHES = {"IfSteps": True, "ElseSteps": False}
Branch = tuple[tuple[str, bool], ...]
"""The conditions around a step, outermost first, each with the answer that leads to the step."""


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step, where it stands in the document, and which answers lead to it."""

    name: str
    step: Mapping[str, object]
    path: str
    branch: Branch


def placed_steps(document: Mapping[str, object]) -> Iterator[PlacedStep]:
    """Yield every step with a name, those in branches right after their condition."""
    yield from _placed(document.get("Steps"), "Steps", ())


def references(value: object) -> tuple[str, ...]:
    """Return what a value refers to, in order: ``Parameters.X``, ``Steps.S...``, ``Execution.X``.

    >>> references({"a": [{"Get": "Parameters.Seed"}], "b": {"Get": "Steps.train.ModelArtifacts"}})
    ('Parameters.Seed', 'Steps.train.ModelArtifacts')
    """
    return tuple(_references(value))


def dependencies(document: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return which steps each step waits for.

    A step waits for those it refers to, those in its ``DependsOn``, and the condition around it.
    """
    steps = {placed.name: placed for placed in placed_steps(document)}
    position = {name: number for number, name in enumerate(steps)}
    return {
        name: tuple(sorted(_needed(placed) & steps.keys(), key=position.__getitem__))
        for name, placed in steps.items()
    }


def execution_order(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return every step after all that it waits for; of those that could run, the first written.

    Steps of both branches are in it, after their condition. The document has been checked.
    """
    needed = dependencies(document)
    position = {name: number for number, name in enumerate(needed)}
    sorter = TopologicalSorter(needed)
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    order: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (position[name], name))
        _, name = heapq.heappop(ready)
        order.append(name)
        sorter.done(name)
    return tuple(order)


def cycle(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the steps of a circle, each before the next, the first again at the end; or none."""
    try:
        TopologicalSorter(dependencies(document)).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def own_values(step: Mapping[str, object]) -> dict[str, object]:
    """Return a step without the steps inside it."""
    arguments = step.get("Arguments")
    if step.get("Type") != "Condition" or not isinstance(arguments, Mapping):
        return dict(step)
    return {**step, "Arguments": {k: v for k, v in arguments.items() if k not in BRANCHES}}


def _placed(steps: object, path: str, branch: Branch) -> Iterator[PlacedStep]:
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        name = step.get("Name") if isinstance(step, Mapping) else None
        if not isinstance(name, str):
            continue
        here = f"{path}[{number}]"
        yield PlacedStep(name, step, here, branch)
        arguments = step.get("Arguments")
        if step.get("Type") == "Condition" and isinstance(arguments, Mapping):
            for key, answer in BRANCHES.items():
                within = f"{here}.Arguments.{key}"
                yield from _placed(arguments.get(key), within, (*branch, (name, answer)))


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        reference = value.get("Get")
        if len(value) == 1 and isinstance(reference, str):
            yield reference
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _references(member)


def _needed(placed: PlacedStep) -> set[str]:
    found = {
        reference.split(".")[1]
        for reference in _references(own_values(placed.step))
        if reference.startswith("Steps.")
    }
    waits = placed.step.get("DependsOn")
    if isinstance(waits, list):
        found |= {name for name in waits if isinstance(name, str)}
    found |= {condition for condition, _ in placed.branch[-1:]}
    return found - {placed.name}
