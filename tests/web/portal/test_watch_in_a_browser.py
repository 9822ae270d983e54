"""Watch in a real browser: an analyst takes note of an alarm, and everybody can use the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browsers import check_accessible, check_keyboard, check_narrow, check_weight, sign_in
from busy_watch import fill_watch, run_pipeline
from served_home import Served, served
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings

NOTE = "The disk is being replaced this afternoon."
FIGURE = "monitor=DataQuality&check=baseline_drift_check&subject=MonthlyIncome&metric=psi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watch") / "home"


@pytest.fixture(scope="module")
def ports(folder: Path) -> Ports:
    return build(Settings(home=folder))


@pytest.fixture(scope="module")
def portal(folder: Path, ports: Ports) -> Iterator[Served]:
    """A server on a home that was watched for two months."""
    ports.secrets.token_key()
    fill_watch(ports, alarms=40)
    run_pipeline(ports)
    with served(folder) as server:
        yield server


def test_an_analyst_takes_note_of_an_alarm_and_it_moves(
    portal: Served, page: Page, ports: Ports
) -> None:
    sign_in(page, portal.url, "analyst", name="ana")
    page.get_by_role("link", name="Watch").first.click()
    page.get_by_role("link", name="latency-high").click()
    page.get_by_role("button", name="Take note").click()
    assert page.locator("textarea:invalid").count() == 1, "an empty note is not sent"
    page.get_by_label("What is being done").fill("on it")
    page.get_by_role("button", name="Take note").click()
    assert page.get_by_label("What is being done").input_value() == "on it"
    assert "Not taken" in page.locator("main").inner_text()
    page.get_by_label("What is being done").fill(NOTE)
    page.get_by_role("button", name="Take note").click()
    page.get_by_role("status").wait_for()
    assert "Your note is kept" in page.get_by_role("status").inner_text()
    assert NOTE in page.get_by_role("table", name="Notes of people").inner_text()
    page.get_by_role("link", name="Alarms").first.click()
    for stage, is_there in (("Ring, noted", True), ("Ring, without a note", False)):
        options = page.get_by_label("Which alarms").locator("option").all_inner_texts()
        chosen = next(one for one in options if one.startswith(stage))
        page.get_by_label("Which alarms").select_option(label=chosen)
        page.get_by_role("button", name="Show").click()
        assert page.get_by_role("link", name="latency-high").count() == is_there
    noted = [e for e in ports.audit.events() if e.kind is AuditEventKind.ALARM_ACKNOWLEDGED]
    assert ("ana", "latency-high") in [(event.actor, event.subject) for event in noted]


def test_a_manager_has_no_way_in(portal: Served, page: Page, ports: Ports) -> None:
    sign_in(page, portal.url, "manager", name="mo")
    assert page.get_by_role("link", name="Watch").count() == 0
    answer = page.goto(f"{portal.url}/portal/watch/alarms")
    assert answer is not None
    assert answer.status == 403
    assert "This is not open to you" in page.locator("main").inner_text()
    assert "latency-high" not in page.content()
    refused = [event for event in ports.audit.events() if event.kind == "access.refused"]
    assert ("mo", "see_monitoring") in [(one.actor, one.details["operation"]) for one in refused]


@pytest.mark.parametrize(
    "path",
    [
        *("", "/alarms", "/alarms/one?alarm=data-drift", "/figures", f"/figures/one?{FIGURE}"),
        *("/serving?figure=EndToEndLatency_p95", "/jobs", "/jobs/nightly-scores", "/executions"),
        *("/executions/{execution}", "/executions/{execution}/log?step=prepare", "/imports"),
    ],
)
def test_every_page_can_be_used_by_everybody_and_is_light(
    portal: Served, page: Page, ports: Ports, path: str
) -> None:
    sign_in(page, portal.url, "analyst")
    execution = ports.runner.executions()[0].execution_id
    address = f"{portal.url}/portal/watch{path.format(execution=execution)}"
    check_weight(page, address)
    check_keyboard(page)
    for closed in page.locator("details").all():
        closed.locator("summary").first.click()
    check_accessible(page)
    check_narrow(page)
