"""The lists of adapters by role, held against what each program asks of its ports.

What a program asks for is read from its code: every ``ports.NAME`` in all modules that it reaches
by imports. Which adapters that takes is read from real ports of a stack: each adapter, and those
that it holds or is built on. The first ones have to be permitted; nothing else may be.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MethodType

import pytest

from fake_aws import new_stack, running_fake, variables
from infra.permissions import FUNCTIONS, adapters
from infra.training import environment
from stayline.bootstrap import Ports, build
from stayline.settings import Settings

ADAPTERS = "stayline.adapters.aws."
THERE = {file for file, _class, _calls in adapters()}
PORTS = tuple(Ports.__dataclass_fields__)
MODULES = {
    "gateway": ["stayline.web.aws_gateway"],
    "deployer": [],
    "jobs": ["stayline.cli.jobs"],
}
"""Where each program begins; of the deployer's a function alone, named below."""
RETENTION = "stayline.bootstrap.retention"
"""What purges look through; it asks ports like any other module."""
COMMANDS: dict[str, dict[str, str]] = {
    "gateway": {},
    "deployer": {"stayline.cli.deployments": "deployed"},
    "jobs": {"stayline.cli.secrets": "rotate"},
}
"""Functions of modules that have other commands, too."""


@cache
def tree(module: str) -> ast.Module | None:
    """Return the code of a module of ours; None for what is no module."""
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    if spec is None or spec.origin is None:
        return None
    return ast.parse(Path(spec.origin).read_text("utf-8"))


def imported(code: ast.AST) -> Iterator[str]:
    """Yield what a code imports of ours, anywhere in it."""
    for node in ast.walk(code):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stayline."):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(modules: Iterable[str]) -> set[str]:
    """Return modules with all that they import, but for who makes the ports, and the portal."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        code = None if is_passed_over(module) else tree(module)
        if module not in found and code is not None:
            found.add(module)
            waiting += imported(code)
    return found


def is_passed_over(module: str) -> bool:
    """Whether it makes ports, or answers only where API Gateway does not lead."""
    makes_ports = module.startswith("stayline.bootstrap") and module != RETENTION
    return makes_ports or module.startswith("stayline.web.portal")


def asked(code: ast.AST) -> set[str]:
    """Return each NAME of ``ports.NAME`` and of ``gateway.ports.NAME``."""
    return {
        node.attr
        for node in ast.walk(code)
        if isinstance(node, ast.Attribute)
        and "ports" in (getattr(node.value, "id", ""), getattr(node.value, "attr", ""))
    }


def function(module: str, name: str) -> ast.AST:
    code = tree(module)
    assert code is not None
    (found,) = (one for one in code.body if isinstance(one, ast.FunctionDef) and one.name == name)
    return found


def asked_by(program: str) -> set[str]:
    """Return the ports that a program asks for."""
    codes = [tree(module) for module in reached(MODULES[program])]
    codes += [function(module, name) for module, name in COMMANDS[program].items()]
    return set().union(*(asked(code) for code in codes if code is not None)) & set(PORTS)


def files(thing: object) -> set[str]:
    """Return the adapter's file, with those of what it is built on; none of what is no adapter."""
    module = type(thing).__module__
    if not module.startswith(ADAPTERS):
        return set()
    built_on = {one for one in reached([module]) if one.startswith(ADAPTERS)}
    return {one.removeprefix(ADAPTERS).split(".")[0] for one in built_on} & THERE


def held(thing: object) -> Iterator[object]:
    """Yield what an object of ours holds, members of collections and owners of methods."""
    if isinstance(thing, list | tuple):
        yield from thing
    elif isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, MethodType):
        yield thing.__self__
    elif type(thing).__module__.startswith("stayline.adapters."):
        slots = [name for one in type(thing).__mro__ for name in getattr(one, "__slots__", ())]
        yield from vars(thing).values() if hasattr(thing, "__dict__") else ()
        yield from (getattr(thing, name) for name in slots if hasattr(thing, name))


def walked(first: Iterable[object], *, stops_at_adapters: bool) -> set[str]:
    """Return the files of adapters that are met from these objects on."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(first)
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        its = files(thing)
        found |= {own_file(thing)} & THERE if stops_at_adapters else its
        if not (its and stops_at_adapters):
            waiting += held(thing)
    return found


def own_file(thing: object) -> str:
    return type(thing).__module__.removeprefix(ADAPTERS).split(".")[0]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """The ports of a stack in a fake of AWS."""
    with running_fake() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in variables(address).items():
            patch.setenv(name, value)
        for name, value in environment(new_stack()).items():
            patch.setenv(name, value)
        yield build(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("program", sorted(MODULES))
def test_a_role_has_the_adapters_that_its_program_asks_for(ports: Ports, program: str) -> None:
    wanted = [getattr(ports, name) for name in asked_by(program)]
    assert walked(wanted, stops_at_adapters=True) - FUNCTIONS[program] == set()


@pytest.mark.parametrize("program", sorted(MODULES))
def test_a_role_has_no_adapter_that_its_program_cannot_reach(ports: Ports, program: str) -> None:
    wanted = [getattr(ports, name) for name in asked_by(program)]
    assert FUNCTIONS[program] - walked(wanted, stops_at_adapters=False) == set()
