"""Hold deploy/ to the specifications of others: YAML, Compose, Helm and Kubernetes.

It asks no Docker, no cluster and no network. Run by `make check` in .venv-deploy.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from compose_spec import PyCompose
from yamllint import linter
from yamllint.config import YamlLintConfig

HERE = Path(__file__).parent
CHART = HERE / "helm" / "stayline"
COMPOSE = HERE / "compose" / "compose.yaml"
_VARIABLE = re.compile(r"\$\{\w+:(?:-([^}]*)|\?[^}]*)\}")
"""A variable with its default, or with what is said where it is not set."""


def findings() -> Iterator[str]:
    """Yield what is wrong, each in a line."""
    yield from _yaml_findings()
    yield from _compose_findings()
    helm = shutil.which(
        "helm", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if helm is None:
        sys.stderr.write("deploy/helm is not checked: there is no `helm` on this machine.\n")
        return
    for values in sorted((CHART / "ci").glob("*.yaml")):
        yield from _chart_findings(helm, values)


def _yaml_findings() -> Iterator[str]:
    config = YamlLintConfig(file=str(HERE / ".yamllint"))
    for path in [COMPOSE, *CHART.glob("*.yaml"), *CHART.glob("ci/*.yaml")]:
        for one in linter.run(path.read_text("utf-8"), config):
            yield f"{path.relative_to(HERE)}:{one.line}: {one.desc}"


def _compose_findings() -> Iterator[str]:
    """Fill in anchors and variables first, as Compose does: the specification knows neither."""
    filled = _VARIABLE.sub(lambda found: found[1] or "x", COMPOSE.read_text("utf-8"))
    try:
        PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(filled))).validate()
    except (ValueError, yaml.YAMLError) as error:
        yield f"{COMPOSE.relative_to(HERE)}: {error}"


def _chart_findings(helm: str, values: Path) -> Iterator[str]:
    with_values = ["--values", str(values)]
    checked = _run(helm, "lint", "--strict", "--quiet", str(CHART), *with_values)
    if checked.returncode:
        yield f"{values.name}: {checked.stdout}{checked.stderr}"
        return
    made = _run(helm, "template", "stayline", str(CHART), *with_values)
    if made.returncode:
        yield f"{values.name}: {made.stderr}"
        return
    for manifest in filter(None, yaml.safe_load_all(made.stdout)):
        for version in (_oldest(), kubernetes_validate.latest_version()):
            problem = _problem(manifest, version)
            if problem:
                name = f"{manifest['kind']} {manifest['metadata']['name']}"
                yield f"{values.name}: {name}: {problem} (Kubernetes {version})"


def _problem(manifest: dict[str, Any], version: str) -> str | None:
    try:
        kubernetes_validate.validate(manifest, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"at {'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        return f"there is no such kind in {manifest['apiVersion']}"
    return None


def _oldest() -> str:
    """Return the oldest Kubernetes that the chart says it is for."""
    told = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["kubeVersion"]
    return re.search(r"\d+\.\d+", told)[0]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    found = list(findings())
    sys.stdout.writelines(f"deploy/{line.strip()}\n" for line in found)
    sys.exit(bool(found))
