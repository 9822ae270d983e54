"""What a definition of one's own may run in a home: this project's programs, one registration."""

from collections.abc import Iterator, Mapping

from stayline.errors import DefinitionProblem, DefinitionRefused
from stayline.pipeline.jobs import ENTRYPOINT
from stayline.pipeline.order import placed_steps

_SPECIFICATIONS = {"Processing": "AppSpecification", "Training": "AlgorithmSpecification"}


def check_programs(document: Mapping[str, object]) -> None:
    """Raise `DefinitionRefused` unless every job runs our programs and one step registers.

    Steps run here as whoever starts them, and nothing keeps them from reading the home: another
    program could write itself any figures, or take protected attributes along.
    """
    found = list(_problems(document))
    if found:
        raise DefinitionRefused(found)


def _problems(document: Mapping[str, object]) -> Iterator[DefinitionProblem]:
    registering = 0
    for placed in placed_steps(document):
        kind, arguments = str(placed.step.get("Type")), placed.step.get("Arguments")
        registering += kind == "RegisterModel"
        key = _SPECIFICATIONS.get(kind)
        if key is None or not isinstance(arguments, Mapping):
            continue
        asked = arguments.get(key)
        if not isinstance(asked, Mapping) or asked.get("ContainerEntrypoint") != list(ENTRYPOINT):
            path = f"Arguments.{key}.ContainerEntrypoint"
            told = f"expected {list(ENTRYPOINT)}: in a home only Stayline's own programs run"
            yield DefinitionProblem(placed.name, path, told)
    if registering != 1:
        told = f"expected one RegisterModel step, found {registering}"
        yield DefinitionProblem("", "Steps", told)
