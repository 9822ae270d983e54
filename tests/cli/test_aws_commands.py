"""Deploying, taking down and looking at a stack, with stand-ins for the tools and for AWS."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import stayline
from command_runs import here
from fake_aws import ACCOUNT, REGION, variables
from faulty_way import Answers, Fault, answering, query_refusal
from stack_template import STACK, sample_stack
from stayline.adapters.aws.stack_check import stack_check
from stayline.cli.cdk import CDK_COMMAND, Target, Tools
from stayline.cli.stack_changes import deploy_stack, destroy_stack
from stayline.errors import AwsRefused, StackCommandFailed
from stayline.formats.aws_toml import AwsHome, read_aws_home

TARGET = Target(STACK, "dev", "steady", REGION)
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
NOT_THERE = query_refusal("ValidationError", 400)
EMPTY: Answers = {
    "GetCallerIdentity": Fault(200, IDENTITY),
    "DescribeStacks": NOT_THERE,
    "ListStackResources": NOT_THERE,
}
APP = """
import json, pathlib, sys

words = sys.argv[1:]
folder = pathlib.Path(words[words.index("--outdir") + 1])
folder.mkdir(parents=True, exist_ok=True)
template = pathlib.Path(__file__).with_name("template.json").read_text()
(folder / f"stayline-{words[0]}.template.json").write_text(template)
pathlib.Path(__file__).with_name("asked.json").write_text(json.dumps(words))
print("synthesised")
"""
NPX = """#!/bin/sh
echo "$@" >> "{log}"
echo "words of the CDK"
case "$3" in {failing}) exit 3 ;; esac
"""


class StandIn:
    """A checkout whose app writes a given template, and an ``npx`` that notes what it is told."""

    def __init__(self, folder: Path, failing: str = "none") -> None:
        self._infra, programs, self._log = folder / "infra", folder / "bin", folder / "log"
        self._infra.mkdir(parents=True)
        programs.mkdir()
        (self._infra / "__main__.py").write_text(APP)
        (self._infra / "template.json").write_text(json.dumps({"Resources": sample_stack()}))
        (programs / "npx").write_text(NPX.format(log=self._log, failing=failing))
        (programs / "npx").chmod(0o755)
        self.tools = Tools(folder, programs)

    @property
    def asked(self) -> list[str]:
        """What the app was asked for last, without where to write."""
        words = json.loads((self._infra / "asked.json").read_text())
        at = words.index("--outdir")
        return words[:at] + words[at + 2 :]

    @property
    def calls(self) -> list[list[str]]:
        """The words of each call of the CDK, from the command on."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        assert all(line.startswith(f"--yes {CDK_COMMAND} ") for line in lines)
        return [line.split()[2:] for line in lines]


@pytest.fixture
def aws(monkeypatch):
    """An account in which nothing is yet."""
    with answering(EMPTY) as address:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)
        yield


def deploy(stand_in, home, *, answer=True, version=None):
    check = stack_check(STACK, REGION)
    return deploy_stack(
        TARGET, stand_in.tools, check, home, version=version, ask=lambda _: answer, quiet=True
    )


def test_a_first_deployment_shows_makes_ready_deploys_and_tells_the_home(aws, tmp_path):
    stand_in = StandIn(tmp_path / "checkout")
    written = deploy(stand_in, tmp_path / "home")
    assert [call[0] for call in stand_in.calls] == ["diff", "bootstrap", "deploy"]
    assert stand_in.calls[1][1] == f"aws://{ACCOUNT}/{REGION}"
    shown, deployed = stand_in.calls[0], stand_in.calls[2]
    assert shown[shown.index("--app") + 1] == deployed[deployed.index("--app") + 1]
    assert stand_in.asked == ["dev", "--profile", "steady", "--packaged"]
    assert written == tmp_path / "home" / "aws.toml"
    assert read_aws_home(tmp_path / "home") == AwsHome(STACK, REGION, ACCOUNT)


def test_the_stack_knows_the_features_and_who_signs_people_in(tmp_path):
    stand_in = StandIn(tmp_path / "checkout")
    target = replace(TARGET, schema="monthly-panel", issuer="https://id", audience="stayline")
    stand_in.tools.synthesise(target, tmp_path / "out", version=None, is_to_be_deployed=False)
    told = ["--schema", "monthly-panel", "--issuer", "https://id", "--audience", "stayline"]
    assert stand_in.asked == ["dev", "--profile", "steady", *told]


def test_after_a_no_nothing_is_changed(aws, tmp_path):
    stand_in = StandIn(tmp_path / "checkout")
    assert deploy(stand_in, tmp_path / "home", answer=False) is None
    assert [call[0] for call in stand_in.calls] == ["diff"]
    assert not (tmp_path / "home").exists()


def test_a_deployment_that_fails_leaves_the_home_as_it_was(aws, tmp_path):
    stand_in = StandIn(tmp_path / "checkout", failing="deploy")
    with pytest.raises(StackCommandFailed, match="`cdk deploy` ended with exit status 3"):
        deploy(stand_in, tmp_path / "home", version=4)
    assert stand_in.asked == ["dev", "--profile", "steady", "--version", "4", "--packaged"]
    assert not (tmp_path / "home").exists()


def test_an_app_that_fails_stops_before_anything_is_shown(aws, tmp_path):
    stand_in = StandIn(tmp_path / "checkout")
    (tmp_path / "checkout" / "infra" / "template.json").unlink()
    with pytest.raises(StackCommandFailed, match="python -m infra"):
        deploy(stand_in, tmp_path / "home")
    assert stand_in.calls == []


def test_taking_down_says_what_is_kept_and_what_goes_and_overrules_nothing(aws, tmp_path, capfd):
    stand_in, check = StandIn(tmp_path / "checkout"), stack_check(STACK, REGION)
    kept = destroy_stack(TARGET, stand_in.tools, check, ask=lambda _: True, quiet=True)
    assert f"table {STACK}-state" in kept
    assert f"bucket {STACK}-data" in kept
    said = capfd.readouterr()
    assert f"kept, and still paid for: table {STACK}-state" in said.err
    assert f"REMOVED with all it holds: table {STACK}-people" in said.err
    assert f"REMOVED with all it holds: image repository {STACK}" in said.err
    assert f"REMOVED once it is empty: model package group {STACK}-models" in said.err
    assert said.out == ""
    assert [call[0] for call in stand_in.calls] == ["destroy"]


def test_taking_down_asks_and_a_no_changes_nothing(aws, tmp_path):
    stand_in, check = StandIn(tmp_path / "checkout"), stack_check(STACK, REGION)
    assert destroy_stack(TARGET, stand_in.tools, check, ask=lambda _: False, quiet=True) is None
    assert stand_in.calls == []


def test_without_credentials_nothing_is_even_shown(monkeypatch, tmp_path):
    stand_in = StandIn(tmp_path / "checkout")
    with answering({"GetCallerIdentity": query_refusal("ExpiredToken", 403)}) as address:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(AwsRefused, match="expired"):
            deploy(stand_in, tmp_path / "home")
    assert stand_in.calls == []


def test_an_installed_stayline_says_where_stacks_are_built_and_what_to_install(tmp_path):
    site = tmp_path / "lib" / "site"
    site.mkdir(parents=True)
    (site / "stayline").symlink_to(Path(stayline.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-m", "stayline", "aws", "synth", "--region", REGION],
        env={**os.environ, "PYTHONPATH": str(site), "STAYLINE_HOME": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pip install 'stayline[infra]'" in done.stderr


def test_doctor_looks_at_the_home_s_own_stack_and_fails_where_one_check_does(aws, tmp_path):
    (tmp_path / "aws.toml").write_text(
        f'stack = "own"\nregion = "{REGION}"\naccount = "{"9" * 12}"'
    )
    ended = here("aws", "doctor", "--home", tmp_path, "--json")
    assert ended.code == 1
    assert ended.json["stack"] == "own"
    assert ended.json["well"] is False
    outcomes = {check["check"]: check["outcome"] for check in ended.json["checks"]}
    assert outcomes["credentials"] == "fail"
    shown = here("aws", "doctor", "--home", tmp_path)
    assert "fail" in shown.out
    assert "-> use credentials of that account" in shown.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("synth", "--stage", "test"), "one of"),
        (("synth", "--profile", "lavish"), "steady"),
        (("deploy", "--region", "Frankfurt"), "such as eu-central-1"),
        (("doctor",), "AWS_REGION"),
    ],
)
def test_a_wrong_call_is_told_in_words(words, told, tmp_path, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("STAYLINE_HOME", str(tmp_path))
    ended = here("aws", *words)
    assert ended.code == 1
    assert told in ended.err
