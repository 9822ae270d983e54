"""What `make check` says of deploy/: nothing as it is, and what is wrong where something is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deployed_parts import DEPLOY, TOOLS

PYTHON = TOOLS / "python"
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="there is no .venv-deploy; `make check` makes it"
)


def said_of(folder: Path) -> str:
    done = subprocess.run(
        [str(PYTHON), str(folder / "lint.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout


def test_nothing_is_found_in_what_is_committed() -> None:
    assert said_of(DEPLOY) == ""


@pytest.mark.parametrize(
    ("file", "right", "wrong", "told"),
    [
        ("compose/compose.yaml", "read_only: true", "read_onli: true", "read_onli"),
        ("compose/compose.yaml", "memory: 2G,", "memory: 2Q,", "unknown unit"),
        ("compose/compose.yaml", "networks: [inner]", "networks: [outer]", "outer"),
        ("compose/compose.yaml", "  proxy:\n", "   proxy:\n", "syntax error"),
        ("helm/stayline/templates/dask.yaml", "{{- end }}", "", "dask.yaml"),
        ("helm/stayline/templates/dask.yaml", "readinessProbe", "readynessProbe", "readynessProbe"),
        ("helm/stayline/templates/gateway.yaml", "policy/v1", "policy/v9", "policy/v9"),
        ("helm/stayline/values.yaml", "replicas: 2", "replicas: two", "replicas"),
        ("helm/stayline/ci/least-values.yaml", "storage:", "store:", "store"),
    ],
)
def test_a_fault_is_found_and_named(
    tmp_path: Path, file: str, right: str, wrong: str, told: str
) -> None:
    folder = Path(shutil.copytree(DEPLOY, tmp_path / "deploy"))
    text = (folder / file).read_text("utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong, 1), "utf-8")
    assert told in said_of(folder)
