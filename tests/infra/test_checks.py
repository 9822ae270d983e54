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
from stack_files import template_file

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
LINT_EXPLAINED = {
    "W3005": "The CDK itself has a function wait for its role, which it also names.",
}
CHECKOV_EXPLAINED: dict[str, str] = {}


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


def test_cfn_lint_finds_nothing_unexplained(folders: dict[str, Path], stack: str) -> None:
    from cfnlint.api import ManualArgs, lint_file

    found = lint_file(template_file(folders[stack]), config=ManualArgs(regions=["eu-central-1"]))
    told = {f"{one.rule.id} {one.message}" for one in found if one.rule.id not in LINT_EXPLAINED}
    assert told == set()


@pytest.mark.skipif(not CHECKOV.exists(), reason="`make test` makes .venv-checkov; not there")
def test_checkov_finds_nothing_unexplained(folders: dict[str, Path], stack: str) -> None:
    words = ["--file", str(template_file(folders[stack])), "--framework", "cloudformation"]
    done = subprocess.run(
        [str(CHECKOV), *words, "--skip-download", "--compact", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    failed = json.loads(done.stdout)["results"]["failed_checks"]
    told = {f"{one['check_id']} {one['resource']} {one['check_name']}" for one in failed}
    assert {one for one in told if one.split()[0] not in CHECKOV_EXPLAINED} == set()
