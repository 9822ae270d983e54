"""My team: a manager finds a person and opens them; another line's manager sees none of them."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from litestar import Litestar
from markupsafe import escape
from playwright.sync_api import Page

from browsers import check_accessible, check_keyboard, check_narrow, sign_in
from import_runs import Home, panel
from portal_visits import Visitor, visitor
from scored_team import put_scores, token_of
from served_home import Served, served
from signed_in_home import imported
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings
from stayline.web.app import create_app

MANAGER, OTHER = "2", "3"
HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = imported(tmp_path_factory.mktemp("team"))
    put_scores(home.ports, home.clock.now())
    return home


def app_of(home: Home) -> Litestar:
    """Return the application once more, for each visitor their own."""
    settings = Settings(home=home.folder)
    return create_app(build(settings, clock=home.clock), settings, environment={})


@pytest.fixture(scope="module")
def visit(home: Home) -> Iterator[Visitor]:
    """A manager's browser, signed in."""
    with visitor(app_of(home)) as visit:
        visit.sign_in("manager", hr_id=MANAGER)
        visit.get("/portal/team")
        yield visit


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Served]:
    with served(home.folder) as server:
        yield server


def names(text: str) -> list[str]:
    """Return the people of a page, in its order."""
    return [
        html.unescape(one) for one in re.findall(r'href="/portal/people/\w{32}">([^<]*)<', text)
    ]


def test_a_manager_sees_the_line_with_band_age_source_and_what_is_not_sure(visit: Visitor) -> None:
    text = visit.get("/portal/team").text
    assert names(text)[:3] == ["Person 25", "Person 29", "Person 24"]
    row = text[text.index("Person 25") : text.index("Person 29")]
    assert "high" in row
    assert "90%" in row
    assert "Nightly" in row
    assert "9 hours old" in row
    assert "not measured" in row
    assert "No earlier score" in row
    assert "leaver" not in text.casefold()


def test_addresses_hold_tokens_and_sealed_words_but_neither_names_nor_hr_ids(
    visit: Visitor, home: Home
) -> None:
    answer = visit.post("/portal/team", words="Person 25", part="all", order="name")
    assert names(answer.text) == ["Person 25"]
    assert "25" not in answer.url.params["order"]
    assert "Person" not in str(answer.url)
    assert answer.history[0].status_code == 303
    assert f'href="/portal/people/{token_of(home.ports, "25")}"' in answer.text
    assert "/people/25" not in answer.text


def test_who_opted_out_and_who_was_never_scored_are_the_same_row(visit: Visitor) -> None:
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", visit.get("/portal/team").text, re.S)
    told = {
        number: re.sub(rf"\w{{32}}|Person {number}|{number}", "", row)
        for row in rows
        for number in ("22", "23")
        if f"Person {number}" in row
    }
    assert told["22"] == told["23"]
    assert "No score is available" in told["22"]


def test_a_page_that_is_looked_at_is_one_event_and_no_text_of_it(
    visit: Visitor, home: Home
) -> None:
    before = list(home.ports.audit.events())
    visit.post("/portal/team", words="Person 25", part="all", order="attention")
    new = list(home.ports.audit.events())[len(before) :]
    assert [one.kind for one in new] == [AuditEventKind.TEAM_VIEWED]
    assert "Person" not in str(new)


@pytest.mark.parametrize(
    "asked",
    [
        {"part": "leavers"},
        {"order": "<script>alert(1)</script>"},
        {"find": "nothing that was sealed"},
        {"find": "A" * 5000},
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(visit: Visitor, asked: dict[str, str]) -> None:
    answer = visit.get("/portal/team", **asked)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "Something was filled in that cannot be taken" in answer.text


def test_a_search_without_the_forms_key_is_refused(visit: Visitor) -> None:
    answer = visit.client.post("/portal/team", data={"words": "a", "part": "all", "order": "name"})
    assert answer.status_code == 403


def test_words_that_are_too_long_are_given_back_with_the_way_to_the_team(visit: Visitor) -> None:
    long = "who comes from the north " * 5
    visit.get("/portal/team")
    sent = {"form_key": visit.form_key, "words": long, "part": "all", "order": "name"}
    headers = {"sec-fetch-site": "same-origin", "referer": "http://127.0.0.1/portal/team?page=1"}
    answer = visit.client.post("/portal/team", data=sent, headers=headers)
    assert answer.status_code == 422
    assert "expected text of 1 to 100 characters" in answer.text
    assert f"readonly>{long.strip()}</textarea>" in answer.text
    assert '<a href="/portal/team">open the page anew</a>' in answer.text


def test_hostile_words_stay_words(visit: Visitor) -> None:
    words = "\"'><script>alert(1)</script>\u202ejavascript:"
    text = visit.post("/portal/team", words=words, part="all", order="attention").text
    assert "<script>" not in text
    assert (
        html.escape(words, quote=True).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in text
    )
    assert "Nobody fits" in text


def test_others_than_managers_and_hr_partners_are_refused_and_it_is_noted(home: Home) -> None:
    with visitor(app_of(home)) as visit:
        visit.sign_in("analyst", name="otto")
        assert visit.get("/portal/team").status_code == 403
        assert "My team" not in visit.get("/portal").text
    last = list(home.ports.audit.events())[-1]
    assert (last.kind, last.actor) == (AuditEventKind.ACCESS_REFUSED, "otto")


@pytest.mark.parametrize(
    ("hr_id", "told"),
    [
        ("29", "ask HR to correct your reporting line"),
        ("", "let the identity provider send your HR id"),
    ],
)
def test_an_empty_line_says_what_to_do_next(home: Home, hr_id: str, told: str) -> None:
    with visitor(app_of(home)) as visit:
        visit.sign_in("manager", hr_id=hr_id)
        assert told in visit.get("/portal/team").text


def test_a_manager_finds_a_person_by_keyboard_and_opens_them(
    server: Served, page: Page, home: Home
) -> None:
    sign_in(page, server.url, "manager", hr_id=MANAGER)
    page.get_by_role("link", name="My team", exact=True).first.click()
    page.get_by_label("Name or HR id").focus()
    page.keyboard.type("person 24")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/team?*find=*")
    link = page.get_by_role("rowheader").get_by_role("link")
    assert link.all_inner_texts() == ["Person 24"]
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/portal/people/{token_of(home.ports, '24')}")


def test_the_team_is_narrowed_and_sorted_by_keyboard(server: Served, page: Page) -> None:
    sign_in(page, server.url, "manager", hr_id=MANAGER)
    page.goto(f"{server.url}/portal/team")
    page.get_by_label("Show", exact=True).focus()
    page.keyboard.type("Medium")
    page.keyboard.press("Tab")
    page.keyboard.type("Name")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**part=medium*order=name*")
    people = page.get_by_role("rowheader").get_by_role("link").all_inner_texts()
    assert people == ["Person 26", "Person 27"]


def test_another_lines_manager_sees_none_of_them(server: Served, page: Page) -> None:
    sign_in(page, server.url, "manager", hr_id=OTHER)
    page.goto(f"{server.url}/portal/team")
    shown = page.locator("main").inner_text()
    assert "Person 31" in shown
    assert not re.search(r"Person 2\d", shown)
    page.get_by_label("Name or HR id").fill("Person 24")
    page.get_by_role("button", name="Show").click()
    assert "Nobody fits" in page.locator("main").inner_text()


def test_the_team_can_be_used_by_everybody(server: Served, page: Page) -> None:
    sign_in(page, server.url, "manager", hr_id="0")
    page.goto(f"{server.url}/portal/team")
    check_keyboard(page)
    check_accessible(page)
    check_narrow(page)


@pytest.mark.parametrize("role", ["manager", "hr_partner"])
def test_a_home_without_people_says_what_to_do_next(tmp_path: Path, role: str) -> None:
    with visitor(app_of(Home(tmp_path / "home"))) as visit:
        visit.sign_in(role)
        answer = visit.get("/portal/team")
    assert answer.status_code == 200
    assert "Nobody is listed here yet" in answer.text


def test_hostile_names_and_ids_stay_text(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    rows = panel(30, 3).with_columns(Name=pl.lit(HOSTILE) + pl.col("Name"))
    rows.write_csv(tmp_path / "panel.csv")
    assert home.take(tmp_path / "panel.csv").landed
    with visitor(app_of(home)) as visit:
        visit.sign_in("manager", hr_id=MANAGER)
        text = visit.get("/portal/team").text
    assert str(escape(f"{HOSTILE}Person 21")) in text
    assert "<script>" not in text
    assert "<img src=x" not in text
