"""Write the generated pages of docs/, or with --check fail where they are not true any more."""

import inspect
import json
import os
import re
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import typer
from litestar import Litestar
from litestar.routes import HTTPRoute
from typer.testing import CliRunner

from stayline.bootstrap import build
from stayline.cli.app import app
from stayline.domain.roles import PERMITTED, PUBLIC, Operation
from stayline.settings import PREFIX, Settings
from stayline.web.operations import OPERATION

DOCS = Path(__file__).parent
ROOT = DOCS.parent
NOTE = "<!-- Written by docs/generate.py; change the code, then run `make format`. -->\n\n"


def main() -> None:
    """Write or check every generated page, and check the links of all pages."""
    pages = {
        "cli.md": _cli(),
        "settings.md": _settings(),
        "api.md": _api(),
        "controls.md": _controls(),
    }
    if "--check" not in sys.argv:
        for name, text in pages.items():
            (DOCS / name).write_text(text, "utf-8")
        return
    stale = [
        name
        for name, text in pages.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text("utf-8") != text
    ]
    problems = [f"docs/{name} is not up to date; run `make format`" for name in stale]
    problems += _dead_links()
    if problems:
        sys.exit("\n".join(problems))
    sys.stdout.write("docs: pages generated from the code are up to date, links lead somewhere\n")


def _cli() -> str:
    out = [NOTE, "# The command line\n\n"]
    runner = CliRunner(env={"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"})
    for words in _commands(typer.main.get_command(app), ()):
        result = runner.invoke(app, [*words, "--help"], prog_name="stayline")
        out.append(f"## {' '.join(('stayline', *words))}\n\n```\n{result.output.strip()}\n```\n\n")
    return "".join(out).rstrip() + "\n"


def _commands(command: object, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [words]
    for name, child in getattr(command, "commands", {}).items():
        found += _commands(child, (*words, name))
    return found


def _settings() -> str:
    source = Path(sys.modules[Settings.__module__].__file__ or "").read_text("utf-8")
    told = dict(re.findall(r'^    (\w+): .+? = .+?\n    """(.+?)"""', source, re.MULTILINE))
    rows = [
        f"| {'' if field.name == 'home' else f'`{field.name}`'} "
        f"| `{PREFIX}{field.name.upper()}` | `{field.default}` "
        f"| {told[field.name]} |"
        for field in fields(Settings)
    ]
    head = "| in stayline.toml | in the environment | default | meaning |\n|---|---|---|---|\n"
    return f"{NOTE}# Settings\n\n{inspect.getdoc(Settings)}\n\n{head}" + "\n".join(rows) + "\n"


def _api() -> str:
    from stayline.web.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        application = create_app(build(settings), settings)
        schema = application.openapi_schema.to_schema()
    out = [NOTE, "# The REST API\n\nThe whole description is served at `/openapi.json`.\n\n"]
    out.append("A caller signs in in one of these ways ([more](identity.md)):\n\n")
    for name, scheme in schema["components"]["securitySchemes"].items():
        out.append(f"- {name}: {scheme['description']}\n")
    out.append("\n")
    asked = _asked_for(application)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            out.append(f"## {method.upper()} {path}\n\n{operation.get('description', '')}\n\n")
            out.append(_permitted(asked[operation["operationId"]], operation))
            out += [
                f"- {status}: {answer['description']}\n"
                for status, answer in sorted(operation["responses"].items())
            ]
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                for example in content.get("examples", {}).values():
                    shown = example.get("value", "")
                    text = shown if isinstance(shown, str) else json.dumps(shown, indent=2)
                    out.append(f"\nExample (`{kind}`):\n\n```\n{text.strip()}\n```\n")
            out.append("\n")
    return "".join(out).rstrip() + "\n"


def _asked_for(application: Litestar) -> dict[str, Operation]:
    """Return what each route asks for, by its id."""
    return {
        str(handler.operation_id): handler.opt[OPERATION]
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if OPERATION in handler.opt
    }


def _permitted(asked: Operation, described: dict[str, object]) -> str:
    """Return who may call; fails where the description of its sign-in says otherwise."""
    if (asked in PUBLIC) is bool(described.get("security")):
        sys.exit(f"{described['operationId']} is described with another sign-in than it asks for")
    if asked in PUBLIC:
        return "Open to everybody.\n\n"
    roles = ", ".join(sorted(PERMITTED[asked]))
    return f"Asks for `{asked.value}`: {roles}.\n\n"


def _controls() -> str:
    from stayline.domain.compliance.catalogue import CONTROLS, Parameters
    from stayline.domain.compliance.legal_register import REGISTER

    out = [
        f"{NOTE}# Controls\n\nWhat `stayline comply` checks, by which thresholds, of which law. ",
        "How to read it is in [compliance.md](compliance.md).\n",
    ]
    for area, questions in CONTROLS.items():
        out.append(
            f"\n## `[controls.{area}]`\n\n| control | asks | reads | sources |\n|---|---|---|---|\n"
        )
        for one in questions:
            name = one.control_id + ("" if one.is_core else " (advisory)")
            reads, sources = (
                ", ".join(f"`{x}`" for x in some) for some in (one.reads, one.sources)
            )
            out.append(f"| {name} | {one.asks} | {reads} | {sources} |\n")
        out.append("\n| threshold | default | used by |\n|---|---|---|\n")
        thresholds = getattr(Parameters(), area)
        for field in fields(thresholds):
            used = ", ".join(one.control_id for one in questions if field.name in one.uses)
            out.append(f"| `{field.name}` | `{getattr(thresholds, field.name)}` | {used} |\n")
    out.append("\n## The legal register\n\nAs read on ")
    out.append(f"{REGISTER.version}. V: its words were read. S: a summary was. K: known, not read ")
    out.append("again. U: unsettled.\n\n| source | provision | from | status | mark | note |\n")
    out.append("|---|---|---|---|---|---|\n")
    for row in REGISTER.sources.values():
        cells = (row.source_id, row.title, row.effective_on, row.status, row.mark, row.note)
        out.append(f"| {' | '.join(map(str, cells))} |\n")
    return "".join(out)


def _dead_links() -> list[str]:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    return [
        f"{page.relative_to(ROOT)} links to {link}, which is not there"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    main()
