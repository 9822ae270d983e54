"""What checkov finds in what the chart renders: nothing that is not told with its reason."""

import json
import subprocess
from pathlib import Path

import pytest

from deployed_parts import CHART, ROOT, rendered

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
EXPLAINED = {
    "CKV_K8S_8": "The loop of jobs has no port; it ends where it cannot go on.",
    "CKV_K8S_9": "The loop of jobs has no port; nobody is sent to it.",
    "CKV_K8S_11": "A limit of processor time slows answers while the machine idles.",
    "CKV_K8S_15": "Tags of releases do not move; `image.pullPolicy` may be set.",
    "CKV_K8S_21": "`helm install --namespace` chooses; a chart that does cannot be put elsewhere.",
    "CKV_K8S_35": "AWS's library and libpq read their keys from the environment.",
    "CKV_K8S_40": "It is the image's own user, who owns the home there.",
    "CKV_K8S_43": "Who builds the image knows its digest; no registry could be asked for others'.",
}
"""Why a finding stands: by rule."""


@pytest.mark.skipif(not CHECKOV.exists(), reason="not there; `make test` makes .venv-checkov")
def test_checkov_finds_nothing_unexplained(tmp_path: Path) -> None:
    files = []
    for values in sorted((CHART / "ci").glob("*.yaml")):
        file = tmp_path / values.name
        file.write_text(rendered("--values", str(values)).stdout, "utf-8")
        files += ["--file", str(file)]
    words = ["--framework", "kubernetes", "--skip-download", "--compact", "--output", "json"]
    done = subprocess.run(
        [str(CHECKOV), *files, *words], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 600
    failed = {
        f"{one['check_id']} {one['check_name']}: {one['resource']}"
        for one in report["results"]["failed_checks"]
    }
    assert {one for one in failed if one.split()[0] not in EXPLAINED} == set()
    assert {one.split()[0] for one in failed} == set(EXPLAINED), "an explanation explains nothing"
