"""An approver decides on versions in a browser, an analyst looks, a deployment is followed."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsers import (
    AXE,
    check_accessible,
    check_keyboard,
    check_narrow,
    check_weight,
    sign_in,
)
from deployed_home import approve
from model_versions import gated
from served_home import Served
from stayline.bootstrap import Ports, build
from stayline.domain.deployment import Phase
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.model_package import ApprovalStatus
from stayline.settings import Settings

PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "No input tells the outcome, n = 1,470.")
FAILED = GateResult(Gate.QUALITY_FLOOR, Verdict.FAIL, "0.55 (0.50 to 0.60), n = 1,470.", "ROC AUC")
GROUPS = """{"n": 1470, "positives": 237, "groups": [
    {"facet": "Gender", "group": "Female", "n": 588, "positives": 87, "flagged": 40,
     "recall": {"value": 0.4, "low": 0.3, "high": 0.5},
     "differences": {"recall": {"value": 0.1, "low": -0.1, "high": 0.2}}},
    {"facet": "Gender", "group": "X", "n": 1, "positives": 0, "flagged": 0, "differences": {}}]}"""
PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def home(portal: Served) -> Path:
    """The folder that the server works on."""
    command = portal.process.args
    return Path(command[command.index("--home") + 1])


@pytest.fixture(scope="module")
def ports(home: Path) -> Ports:
    return build(Settings(home=home))


@pytest.fixture
def versions(ports: Ports) -> tuple[int, int]:
    """Two versions that wait: one whose gates pass, and one with a gate that failed."""
    reports = {"fairness.json": GROUPS.encode()}
    good = gated(ports, PASSED, reports=reports).version
    return good, gated(ports, PASSED, FAILED, reports=reports).version


@pytest.fixture
def deploying(ports: Ports, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The real command on its way with a version that scores like the one that serves."""
    version = approve(ports, gated(ports, PASSED).version)
    command = [sys.executable, "-m", "stayline", "models", "deploy", str(version)]
    options = ["--bake", "120", "--shadow", "40", "--home", str(home), "--by", "bo"]
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as process:
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGINT)


def test_an_approver_rejects_one_version_and_then_approves_another(
    portal: Served, page: Page, ports: Ports, versions: tuple[int, int]
) -> None:
    good, bad = versions
    sign_in(page, portal.url, "approver", name="cy")
    page.get_by_role("navigation", name="Parts of the portal").get_by_text("Models").click()
    page.get_by_role("link", name=f"Version {bad}", exact=True).click()
    notice = page.locator(".notice.problem")
    expect(notice).to_contain_text("You cannot approve it")
    expect(notice).to_contain_text("quality floor (ROC AUC): fail: 0.55")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_label("Why it must not be used").fill("no good")
    page.get_by_role("button", name=f"Reject version {bad} for good").click()
    expect(page.locator(".wrong")).to_contain_text("Give at least 10")
    expect(page.get_by_label("Why it must not be used")).to_have_value("no good")
    page.get_by_label("Why it must not be used").fill("It ranks hardly better than chance.")
    page.get_by_role("button", name=f"Reject version {bad} for good").click()
    expect(page.get_by_role("status")).to_contain_text("The version is rejected")
    page.get_by_role("link", name="Models", exact=True).first.click()
    page.get_by_role("link", name=f"Version {good}", exact=True).click()
    page.get_by_label("Why it may be used").fill("I read its card, and its groups.")
    page.get_by_role("button", name=f"Approve version {good}").click()
    expect(page.get_by_role("status")).to_contain_text("The version is approved")
    assert ports.registry.find(bad).status is ApprovalStatus.REJECTED
    assert ports.registry.find(good).decided_by == "cy"


def test_an_analyst_may_look_but_gets_no_form(
    portal: Served, page: Page, versions: tuple[int, int]
) -> None:
    sign_in(page, portal.url, "analyst", name="dee")
    for version in versions:
        page.goto(f"{portal.url}/portal/models/{version}")
        expect(page.locator("main form")).to_have_count(0)
        expect(page.get_by_text("Female").first).to_be_attached()


@pytest.mark.parametrize("path", ["", "/{}", "/{}/compare", "/deployments", "/waivers"])
def test_the_pages_can_be_used_by_everybody(
    portal: Served, page: Page, versions: tuple[int, int], path: str
) -> None:
    sign_in(page, portal.url, "approver", name="cy")
    for version in versions if "{}" in path else versions[:1]:
        address = f"{portal.url}/portal/models{path.format(version)}"
        check_weight(page, address)
        check_keyboard(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        check_accessible(page)
        check_narrow(page)


def test_a_deployment_is_followed_and_taken_back(
    portal: Served, page: Page, ports: Ports, deploying: "subprocess.Popen[bytes]"
) -> None:
    before = ports.registry.deployed().version
    sign_in(page, portal.url, "approver", name="cy")
    page.goto(f"{portal.url}/portal/models/deployments")
    while ports.deployments.rollouts()[-1].phase is not Phase.CANARY:
        assert deploying.poll() is None
        page.wait_for_timeout(300)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("is being deployed: canary")
    with page.expect_event("load", timeout=PATIENCE_MS):
        pass  # nobody touches it
    expect(page.locator(".phases [aria-current=step]")).to_contain_text("Canary")
    page.get_by_role("link", name="Stop that").click()
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    if AXE.is_file():
        check_accessible(page)
    page.get_by_text(re.compile(r"^Take version \d+ back$")).first.click()
    page.get_by_label("Your reason").fill("It answers another way than we thought.")
    page.get_by_role("button", name=re.compile("Take version")).click()
    expect(page.get_by_text("It is rolled back")).to_be_visible()
    assert deploying.wait(60) == 1
    assert ports.registry.deployed().version == before
    assert "taken back by cy" in ports.deployments.rollouts()[-1].outcome
