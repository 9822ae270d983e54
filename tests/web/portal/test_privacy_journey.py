"""Privacy in a real browser: an opt-out that takes effect everywhere, and pages for everybody."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from browsers import (
    check_accessible,
    check_keyboard,
    check_narrow,
    check_weight,
    opened_page,
    sign_in,
)
from privacy_home import fill, keep_report
from served_home import Served, served
from stayline.bootstrap import Ports, build
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings

SOMEBODY = "7"
PAGES = (
    *("", "/requests", "/opt-outs", "/holds", "/retention", "/retention/next"),
    *("/audit", "/compliance", "/register", "/register/legal-hold"),
)


@pytest.fixture(scope="module")
def folder(ibm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a deployed model and all sorts of things on record."""
    home = tmp_path_factory.mktemp("privacy") / "home"
    shutil.copytree(ibm_home, home)
    settings = Settings(home=home)
    ports = build(settings)
    fill(ports, settings, ["11", "12", "13", "14", "15", "16"])
    keep_report(ports, reason="Records of three people were kept for too long.")
    ports.audit.close()
    return home


@pytest.fixture(scope="module")
def ports(folder: Path) -> Ports:
    return build(Settings(home=folder))


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[Served]:
    with served(folder) as server:
        yield server


def test_who_opts_out_disappears_everywhere_and_comes_back_at_their_own_wish(
    portal: Served, ports: Ports, page: Page, browser: Browser
) -> None:
    token = pseudonym(ports.secrets.token_key(), SOMEBODY)
    asked = {"instances": [{"employee_id": SOMEBODY}]}
    with httpx.Client(base_url=portal.url) as api, opened_page(browser) as partner:
        sign_in(partner, portal.url, "hr_partner", name="hana")
        assert api.post("/v1/predict", json=asked).status_code == 200
        assert is_listed(partner, portal, token)
        assert has_score(partner, portal, token)
        assert api.get(f"/v1/employees/{SOMEBODY}").json()["score"] is not None
        assert ports.scores.find(token) is not None

        sign_in(page, portal.url, "privacy_officer", name="dora")
        page.get_by_role("link", name="Privacy").first.click()
        page.get_by_role("link", name="Opt-outs").click()
        form = page.get_by_role("form", name="Record an opt-out or objection")
        form.get_by_label("HR id of the person").fill(SOMEBODY)
        form.get_by_label("What it is").select_option("Objection, GDPR 21(1)")
        form.get_by_label("How it reached you").select_option("On paper")
        form.get_by_role("button", name="Take out of scoring").click()
        assert "out of scoring from now on" in page.get_by_role("status").inner_text()
        assert page.url.startswith(f"{portal.url}/portal/privacy/opt-outs?done=")
        assert token in page.get_by_role("main").inner_text()

        assert ports.scores.find(token) is None
        assert api.post("/v1/predict", json=asked).status_code != 200
        shown = api.get(f"/v1/employees/{SOMEBODY}").json()
        assert shown["score"] is None
        assert not is_listed(partner, portal, token)
        assert not has_score(partner, portal, token)
        assert ports.scores.find(token) is None

        form = page.get_by_role("form", name="End an opt-out or objection")
        form.get_by_label("HR id of the person").fill(SOMEBODY)
        form.get_by_role("button", name="Let score again").click()
        assert "What was to end has ended" in page.get_by_role("status").inner_text()
        assert api.post("/v1/predict", json=asked).status_code == 200
        assert is_listed(partner, portal, token)


def is_listed(page: Page, portal: Served, token: str) -> bool:
    """Whether the list of people leads to this one."""
    page.goto(f"{portal.url}/portal/team")
    return page.locator(f'a[href="/portal/people/{token}"]').count() > 0


def has_score(page: Page, portal: Served, token: str) -> bool:
    """Whether a person's page shows a score, or says that none can be shown."""
    page.goto(f"{portal.url}/portal/people/{token}")
    told = page.get_by_role("main").inner_text()
    assert ("Risk of leaving" in told) != ("No score can be shown here" in told)
    return "Risk of leaving" in told


def test_a_request_is_answered_by_keyboard_alone(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "privacy_officer", name="dora")
    page.goto(f"{portal.url}/portal/privacy")
    page.get_by_role("link", name="Explanation of a score").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/*")
    page.get_by_label("What was done").focus()
    page.keyboard.type("The page was handed over.")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=*")
    assert "The page was handed over." in page.get_by_role("main").inner_text()


def test_a_hold_is_lifted_in_two_steps(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "privacy_officer", name="dora")
    page.goto(f"{portal.url}/portal/privacy/holds")
    page.get_by_role("row").filter(has_text="Stands").get_by_role("link").first.click()
    assert not page.get_by_role("button", name="Lift the hold").is_visible()
    page.get_by_text("Lift this hold").click()
    page.get_by_label("Your reason").fill("It is settled.")
    page.get_by_role("button", name="Lift the hold").click()
    page.wait_for_url("**/holds?done=*")
    assert page.locator(".state").filter(has_text="Ended").is_visible()


def test_the_audit_trail_is_searched_by_somebody_without_forms(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "auditor", name="kim")
    page.goto(f"{portal.url}/portal/privacy/audit")
    page.get_by_label("What happened").select_option("legal_hold.set")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**kind=legal_hold.set*")
    assert page.get_by_role("row").count() == 3
    page.goto(f"{portal.url}/portal/privacy/holds")
    assert page.locator("main form").count() == 0


def test_every_page_can_be_used_by_everybody_and_is_light(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "privacy_officer", name="dora")
    for path in PAGES:
        page.goto(f"{portal.url}/portal/privacy{path}")
        check_keyboard(page)
        check_accessible(page)
        check_narrow(page)
    for path in ("/requests", "/holds", "/compliance"):
        page.goto(f"{portal.url}/portal/privacy{path}")
        page.locator("tbody th a").first.click()
        check_accessible(page)
        check_narrow(page)
    check_weight(page, page.url)
