"""A real browser on a real server: headless Chromium, driven by Playwright, and axe-core's rules.

Where no Chromium is installed, or no axe-core, the tests that need it say so and are skipped.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parents[1] / ".axe" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
HEAVIEST = 200 * 1024
NARROWEST = {"width": 360, "height": 740}
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return where the browser is, or skip the test."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium is installed; `apt-get install chromium` brings one")
    return found


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Give a browser; it ends with the block."""
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened_page(
    browser: Browser, *, size: dict[str, int] = DESKTOP, scheme: str = "light"
) -> Iterator[Page]:
    """Give a page with cookies of its own; whatever the page itself complains about fails."""
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _matters(said) else None)
    try:
        yield page
    finally:
        context.close()
    assert not complaints


def sign_in(page: Page, url: str, *roles: str, name: str = "", hr_id: str = "") -> None:
    """Sign in for development, in these roles."""
    page.goto(f"{url}/portal/sign-in")
    for role in roles:
        page.get_by_label(role, exact=True).check()
    if name:
        page.get_by_label("Name").fill(name)
    page.get_by_label("HR id, for a manager").fill(hr_id)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(f"{url}/portal")


def check_accessible(page: Page) -> None:
    """Hold the page against every rule of axe-core, in light and in dark."""
    if not AXE.is_file():
        pytest.skip("no axe-core; `make test` fetches it")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run()")
        assert not found["violations"], _told(found["violations"], scheme)
    page.emulate_media(color_scheme="light")


def check_narrow(page: Page) -> None:
    """Fail where the page is wider than the narrowest phone."""
    page.set_viewport_size(NARROWEST)
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"the page is {widths[0]} px wide on {widths[1]} px"
    page.set_viewport_size(DESKTOP)


def check_weight(page: Page, address: str) -> None:
    """Fail where a page weighs more than 200 KiB with all that comes with it, nothing kept."""
    weights: list[int] = []
    page.on("response", lambda answer: weights.append(len(answer.body())) if answer.ok else None)
    page.goto(address, wait_until="networkidle")
    assert len(weights) >= 2, "neither style nor symbol came with the page"
    assert sum(weights) <= HEAVIEST, f"the page weighs {sum(weights)} bytes"


def check_keyboard(page: Page) -> None:
    """Walk through the page by Tab: the way past the frame comes first, and focus is seen."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert seen != "none"


def _matters(said: Any) -> bool:
    """Whether the browser complains of the page: an answer's status is the test's own business."""
    return said.type in ("error", "warning") and "Failed to load resource" not in said.text


def _told(violations: Sequence[dict[str, Any]], scheme: str) -> str:
    lines = [f"axe-core, {scheme}:"]
    for one in violations:
        places = [node["html"][:150] for node in one["nodes"][:3]]
        lines.append(f"{one['id']}: {one['help']}: {places}")
    return "\n".join(lines)
