"""A manager opens a person, reads why, and decides: in a real browser."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from browsers import check_accessible, check_keyboard, check_narrow, check_weight, sign_in
from led_people import ANA, CAI, DEE, ELI, FAY, lead, token_of
from served_home import served
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings

POLICY = "[oversight]\nleast_view_s = 0.5\n"


class Line(NamedTuple):
    """A server on people who report to others, and the ports of its home."""

    url: str
    ports: Ports

    def person(self, hr_id: str) -> str:
        return f"{self.url}/portal/people/{token_of(self.ports, hr_id)}"


@pytest.fixture(scope="module")
def line(ibm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    home = Path(shutil.copytree(ibm_home, tmp_path_factory.mktemp("line") / "home"))
    (home / "governance.toml").write_text(POLICY, "utf-8")
    ports = build(Settings(home=home))
    lead(ports, datetime.now(UTC))
    with served(home) as server:
        yield Line(server.url, ports)


@pytest.fixture
def manager(line: Line, page: Page) -> Page:
    sign_in(page, line.url, "manager", name="ana", hr_id=ANA)
    return page


def test_a_session_that_ends_amid_a_reason_loses_no_word(line: Line, manager: Page) -> None:
    text = "Asked me twice about the night shifts,\nand about the new site."
    manager.goto(line.person(CAI))
    manager.get_by_label("Your reason").fill(text)
    manager.context.clear_cookies()
    manager.get_by_role("button", name="Record my decision").click()
    assert manager.get_by_label("Your text").input_value() == text
    check_accessible(manager)
    check_narrow(manager)
    manager.get_by_role("link", name="sign in", exact=True).click()
    manager.get_by_label("manager", exact=True).check()
    manager.get_by_label("HR id, for a manager").fill(ANA)
    manager.get_by_role("button", name="Begin").click()
    assert manager.url == line.person(CAI)


def test_a_manager_reads_why_decides_and_sees_it_among_the_decisions(
    line: Line, manager: Page
) -> None:
    manager.goto(line.person(CAI))
    assert "Risk of leaving" in manager.locator("main").inner_text()
    assert manager.locator("ol.reasons li").count() > 2
    manager.wait_for_timeout(600)
    manager.get_by_label("Decision", exact=True).select_option("workload_review")
    manager.get_by_label("Your reason").fill("Worked eleven weekends since June, asked for help.")
    manager.get_by_role("button", name="Record my decision").dblclick()
    manager.wait_for_url("**?done=*")
    assert "Your decision is recorded" in manager.get_by_role("status").inner_text()
    listed = manager.get_by_role("table", name="Decisions about this person")
    assert listed.get_by_role("row").count() == 2
    assert "asked for help" in listed.inner_text()
    assert len(line.ports.decisions.decisions(token_of(line.ports, CAI))) == 1


def test_a_reason_that_is_refused_keeps_what_was_typed(line: Line, manager: Page) -> None:
    manager.goto(line.person(DEE))
    manager.wait_for_timeout(600)
    manager.get_by_label("Decision", exact=True).select_option("mentoring")
    manager.get_by_label("Your reason").fill("too short")
    manager.get_by_role("button", name="Record my decision").click()
    assert "not recorded" in manager.get_by_role("alert").inner_text()
    reason = manager.get_by_label("Your reason")
    assert reason.input_value() == "too short"
    assert reason.get_attribute("aria-invalid") == "true"
    assert manager.get_by_label("Decision", exact=True).input_value() == "mentoring"
    check_accessible(manager)
    reason.fill("Looks for a mentor in data engineering since spring.")
    manager.get_by_role("button", name="Record my decision").click()
    manager.wait_for_url("**?done=*")


def test_another_lines_person_by_address_is_nobody_and_audited(line: Line, manager: Page) -> None:
    manager.goto(line.person(FAY))
    assert "No score can be shown here" in manager.locator("main").inner_text()
    check_accessible(manager)
    check_narrow(manager)
    refused = list(line.ports.audit.between(kinds={AuditEventKind.ACCESS_REFUSED}, actor="ana"))
    assert refused[-1].subject == token_of(line.ports, FAY)


def test_the_page_can_be_used_by_everybody(line: Line, manager: Page) -> None:
    manager.goto(line.person(ELI))
    check_keyboard(manager)
    check_accessible(manager)
    for summary in manager.locator("summary").all():
        summary.click()
    check_accessible(manager)
    check_narrow(manager)
    check_weight(manager, line.person(ELI))
    assert manager.locator("main script, [onerror]").count() == 0
    assert manager.title() == "A person - Stayline"


def test_a_decision_takes_no_more_than_a_keyboard(line: Line, manager: Page) -> None:
    manager.goto(line.person(ELI))
    manager.wait_for_timeout(600)
    tab_to(manager, "action")
    manager.keyboard.type("Mentoring")
    manager.keyboard.press("Tab")
    assert focused(manager) == "reason"
    manager.keyboard.type("Wishes to learn how the new plant is planned.")
    manager.keyboard.press("Tab")
    manager.keyboard.press("Enter")
    manager.wait_for_url("**?done=*")
    (kept,) = line.ports.decisions.decisions(token_of(line.ports, ELI))
    assert kept.action.value == "mentoring"


def tab_to(page: Page, key: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == key:
            return
    raise AssertionError(f"{key} is not reached by Tab")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))
