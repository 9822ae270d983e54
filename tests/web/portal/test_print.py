"""Pages on paper: all that is read and nothing else, black on white, no wider than the sheet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browsers import opened_page, sign_in
from busy_watch import fill_watch
from healthy_quarter import UNTIL
from led_people import CAI, lead, token_of
from privacy_home import fill, keep_report
from served_home import Served, served
from stayline.bootstrap import build
from stayline.formats.report_names import report_time
from stayline.settings import Settings

PAPER = {"width": 658, "height": 986}
"""What the margins leave of A4, in pixels of CSS."""
PAGES = (
    *("/models/1", "/watch/figures", "/watch/alarms/one?alarm=data-drift", "/privacy/requests"),
    *("/privacy/opt-outs", "/privacy/holds", "/privacy/retention", "/privacy/audit"),
    *("/privacy/register", "/privacy/register/legal-hold", "/privacy/register/purge-run"),
)
_COLOURS = """() => [...document.body.querySelectorAll("*")].flatMap(one => {
    const style = getComputedStyle(one);
    return one.checkVisibility() ? [[style.color, style.backgroundColor]] : [];
})"""


@pytest.fixture(scope="module")
def folder(ibm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of which there is much to print."""
    home = Path(shutil.copytree(ibm_home, tmp_path_factory.mktemp("print") / "home"))
    settings = Settings(home=home)
    ports = build(settings)
    fill(ports, settings, ["11", "12", "13", "14", "15", "16"])
    fill_watch(ports, windows=8, alarms=2, minutes=60, version=1)
    lead(ports, ports.clock.now(), name="Cai")
    keep_report(ports, reason="Records of three people were kept for too long.")
    ports.audit.close()
    return home


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[Served]:
    with served(folder) as server:
        yield server


@pytest.fixture(scope="module")
def report() -> str:
    return f"/privacy/compliance/{report_time(UNTIL)}"


@pytest.fixture
def person(folder: Path) -> str:
    return f"/people/{token_of(build(Settings(home=folder)), CAI)}"


@pytest.fixture
def paper(portal: Served, browser: Browser) -> Iterator[Page]:
    """A sheet of paper in the printer of somebody who reads in the dark."""
    with opened_page(browser, size=PAPER, scheme="dark") as page:
        sign_in(page, portal.url, "hr_partner", "approver", "analyst", "privacy_officer", "auditor")
        page.emulate_media(media="print")
        yield page


def test_pages_are_printed_black_on_white_without_what_can_only_be_clicked(
    portal: Served, paper: Page, report: str, person: str
) -> None:
    for path in (*PAGES, report, person):
        paper.goto(f"{portal.url}/portal{path}")
        for clicked in ("nav", "form", "button", "input", "textarea", "select", "summary"):
            assert paper.locator(clicked).filter(visible=True).count() == 0, (path, clicked)
        used = paper.evaluate(_COLOURS)
        assert {ink for ink, _ in used} <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}, path
        assert {ground for _, ground in used} <= {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}, path
        body = paper.evaluate("getComputedStyle(document.body).backgroundColor")
        assert body == "rgb(255, 255, 255)"


def test_nothing_printed_is_wider_than_the_paper(
    portal: Served, paper: Page, report: str, person: str
) -> None:
    for path in (*PAGES, report, person):
        paper.goto(f"{portal.url}/portal{path}")
        width = paper.evaluate("document.documentElement.scrollWidth")
        assert width <= PAPER["width"], path


def test_what_a_click_would_open_is_printed(portal: Served, paper: Page, report: str) -> None:
    for path in (report, "/models/1", "/watch/figures"):
        paper.goto(f"{portal.url}/portal{path}")
        folded = paper.locator("details:not([open], .confirm) > :not(summary)")
        assert folded.count() > 0
        for one in folded.all():
            assert one.evaluate("one => one.checkVisibility() && one.offsetHeight > 0"), path


def test_headings_of_forms_are_left_out_with_them(portal: Served, paper: Page, person: str) -> None:
    for path in ("/privacy/holds", "/privacy/requests", person):
        paper.goto(f"{portal.url}/portal{path}")
        headings = paper.locator("h2").filter(visible=True).all_inner_texts()
        assert not {"Set a hold", "Put a request on record", "What you decide"} & set(headings)
    assert "Decisions so far" in headings


def test_a_report_becomes_a_file_of_several_sheets(
    portal: Served, paper: Page, report: str
) -> None:
    paper.goto(f"{portal.url}/portal{report}")
    printed = paper.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") > 1
