"""The compose file and what the chart renders, for the tests that hold them to the code."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from stayline.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "stayline"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
TOOLS = ROOT / ".venv-deploy" / "bin"
RECIPE = (ROOT / "docker" / "Dockerfile").read_text("utf-8").replace("\\\n", "")
CALLED_FOR = ("STAYLINE_DATABASE_URL", "STAYLINE_STORAGE_URL")
"""Settings that a deployment past one machine is made of."""


def compose() -> dict[str, Any]:
    """Return the compose file, its anchors filled in."""
    return dict(yaml.safe_load(COMPOSE.read_text("utf-8")))


def helm() -> str:
    """Return the program, or skip the test and say why."""
    found = shutil.which("helm", path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    return found or pytest.skip("there is no Helm; `make check` fetches one where it can")


def rendered(*words: str) -> "subprocess.CompletedProcess[str]":
    """Render the chart as release `stayline`."""
    command = [helm(), "template", "stayline", str(CHART), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def objects(values: str) -> list[dict[str, Any]]:
    """Return every object rendered with one of the chart's sets of values."""
    done = rendered("--values", str(CHART / "ci" / f"{values}-values.yaml"))
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def pods(of: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the pod that each part is made of, by the part's name."""
    found = [one for one in of if one["kind"] in ("Deployment", "StatefulSet")]
    return {
        one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]: one["spec"][
            "template"
        ]["spec"]
        for one in found
    }


def containers(of: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every container."""
    for pod in pods(of).values():
        yield from pod["containers"]


def known_variables() -> set[str]:
    """Return the variables of Stayline that mean something: settings, and secrets of docs."""
    secrets = re.findall(r"`(STAYLINE_\w+)`", (ROOT / "docs" / "secrets.md").read_text("utf-8"))
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.__dataclass_fields__}
    return {*settings, *secrets}


def has_route(path: str) -> bool:
    """Whether the API answers at a path."""
    sources = (ROOT / "src" / "stayline" / "web").rglob("*.py")
    return any(f'    "{path}",\n' in source.read_text("utf-8") for source in sources)
