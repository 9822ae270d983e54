"""What the checkers of others find in the stack: nothing that is not told with its reason."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from infra.acknowledged import FINDINGS
from infra.app import ROOT, build_app
from infra.checks import REPORT, StackRefused, violations_in
from infra.sizes import Profile, Stage, sizes_of
from infra.snapshots import SHOWN
from stack_files import template_file

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
LINT_EXPLAINED = {
    "W3005": "The CDK itself has a function wait for its role, which it also names.",
}
CHECKOV_EXPLAINED = {
    "CKV_AWS_18 StoresAccessLog": "It is the bucket of access logs; its own would log itself.",
    "CKV_AWS_51 StoresImages": "The tag `current` moves; packages name the digest of a model.",
    "CKV_AWS_370 EndpointModel": "Serverless endpoints take no isolation; steady ones have it.",
    "CKV_AWS_116 IngressGateway": "Only the API asks it, which hands a failure to the caller.",
    "CKV_AWS_117 IngressGateway": "A network's gateway alone costs more than the monthly limit.",
    "CKV_AWS_67 Trail": "It records the data events of this stack, which is in one region.",
}
"""Why a finding of checkov's stands: rule and the beginning of the resource's name."""


def test_the_cdk_s_own_validation_and_both_rule_packs_find_nothing(
    folders: dict[str, Path], stack: str
) -> None:
    report = json.loads((folders[stack] / REPORT).read_text())
    ran = {plugin["pluginName"] for plugin in report["pluginReports"]}
    assert {"AwsSolutions", "NIST.800.53.R5"} <= ran
    assert violations_in(folders[stack]) == []


def test_a_machine_that_sagemaker_does_not_have_is_refused(tmp_path: Path) -> None:
    sizes = replace(sizes_of(Stage.DEV, Profile.STEADY), endpoint_instance="ml.bogus.large")
    with pytest.raises(StackRefused, match=r"ml\.bogus\.large"):
        build_app("dev", outdir=tmp_path, sizes=sizes)


def test_every_acknowledgement_has_a_reason_worth_reading() -> None:
    assert [path for path, _, reason in FINDINGS if len(reason) < 40] == []


@pytest.mark.parametrize("name", SHOWN)
def test_cfn_lint_finds_nothing_unexplained(folders: dict[str, Path], name: str) -> None:
    from cfnlint.api import ManualArgs, lint_file

    found = lint_file(template_file(folders[name]), config=ManualArgs(regions=["eu-central-1"]))
    told = {f"{one.rule.id} {one.message}" for one in found if one.rule.id not in LINT_EXPLAINED}
    assert told == set()


@pytest.mark.skipif(not CHECKOV.exists(), reason="not there; `make test` makes .venv-checkov")
def test_checkov_finds_nothing_unexplained(folders: dict[str, Path]) -> None:
    files = [word for name in SHOWN for word in ("--file", str(template_file(folders[name])))]
    words = ["--framework", "cloudformation", "--skip-download", "--compact", "--output", "json"]
    done = subprocess.run(
        [str(CHECKOV), *files, *words], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 200
    failed = {
        f"{one['check_id']} {one['resource'].rpartition('.')[2]} ({one['check_name']})"
        for one in report["results"]["failed_checks"]
    }
    explained = {
        one: next((told for told in CHECKOV_EXPLAINED if one.startswith(told)), None)
        for one in failed
    }
    assert [one for one, told in explained.items() if told is None] == []
    assert set(explained.values()) == set(CHECKOV_EXPLAINED), "an explanation explains nothing"
