"""The frame of every page in a real browser: sign-in for development, start, sign-out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from browsers import check_accessible, check_keyboard, check_narrow, check_weight, sign_in
from served_home import Served, served
from stayline.bootstrap import build
from stayline.settings import Settings


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on a home where nothing is yet, which the frame does not need."""
    home = tmp_path_factory.mktemp("empty")
    build(Settings(home=home))
    with served(home) as server:
        yield server


def test_somebody_signs_in_for_development_and_out_again(portal: Served, page: Page) -> None:
    page.goto(f"{portal.url}/portal")
    assert page.title() == "Development sign-in - Stayline"
    sign_in(page, portal.url, "analyst", name="ana")
    assert page.get_by_role("heading", level=1).inner_text() == "What you can do here"
    assert "Development sign-in" in page.get_by_role("complementary").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{portal.url}/portal/signed-out")
    page.goto(f"{portal.url}/portal")
    assert "/portal/sign-in" in page.url


def test_the_sign_in_page_can_be_used_by_everybody(portal: Served, page: Page) -> None:
    page.goto(f"{portal.url}/portal/sign-in")
    check_accessible(page)
    check_narrow(page)


def test_the_start_can_be_used_by_everybody(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "analyst", "auditor")
    page.goto(f"{portal.url}/portal")
    check_keyboard(page)
    check_accessible(page)
    check_narrow(page)


def test_the_start_is_light(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "analyst")
    check_weight(page, f"{portal.url}/portal")


def test_an_error_is_a_page_that_can_be_used_by_everybody(portal: Served, page: Page) -> None:
    sign_in(page, portal.url, "analyst")
    answer = page.goto(f"{portal.url}/portal/nowhere")
    assert answer is not None
    assert answer.status == 404
    check_accessible(page)


def test_pages_look_as_their_style_says(portal: Served, page: Page) -> None:
    page.goto(f"{portal.url}/portal/sign-in")
    button = page.get_by_role("button", name="Begin")
    colour = button.evaluate("element => getComputedStyle(element).backgroundColor")
    assert colour == "rgb(27, 98, 154)"
