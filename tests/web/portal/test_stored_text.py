"""Hostile text, wherever it was imported, typed or asked for, stays text on every page there is.

The pages are the portal's own routes: each is found from a link on another one, or asked for as it
is, so one that is added is looked at without being named here.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from inspect import signature
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from playwright.sync_api import Browser, Page

from browsers import sign_in
from hostile_home import make_hostile_home, stop
from hostile_people import ATTACKS, TEXT
from made_once import made_once
from served_home import Served, served
from stayline.bootstrap import build
from stayline.domain.roles import Role
from stayline.settings import Settings
from stayline.web.portal.router import portal_router
from stayline.web.security_headers import PAGE_HEADERS

ROLES = [role for role in Role if role is not Role.SERVICE]
NO_PAGES = {
    "/portal/static/{name:str}": "the style and the symbol, the same for everybody",
    "/portal/privacy/compliance/{ended:str}/files/{file:str}": "a download, never shown",
}
WITHOUT_TEXT = {
    *("/portal", "/portal/sign-in", "/portal/sign-in/start", "/portal/sign-in/done"),
    *("/portal/signed-out", "/portal/watch/imports", "/portal/watch/jobs"),
    *("/portal/watch/serving", "/portal/privacy", "/portal/privacy/compliance"),
    *("/portal/privacy/opt-outs", "/portal/privacy/retention/next"),
}
"""Pages that show nothing that was imported or written."""
SAY_NOTHING = {
    "/portal/sign-out": "a button without a field",
    "/portal/sign-in/development": "where nobody is signed in",
}
"""Of what is sent here nothing is told."""
MOST_OF_ONE, MOST_ASKED = 16, 3
"""So many pages of one kind are looked at, and so many addresses that ask for something."""
_LINK = re.compile(r'<a [^>]*href="(/portal[^"#]*)')
_ACTION = re.compile(r'<form[^>]* method="post" action="([^"]+)"')
_GIVEN = {"gateway", "caller", "visit", "form", "request"}
_NOTES = """
    window.noted = [];
    window.stolen = number => window.noted.push(`script ${number} ran`);
    document.addEventListener("securitypolicyviolation", event =>
        window.noted.push(`${event.violatedDirective} barred ${event.blockedURI}`));
"""
_FOUND = """() => [
    ...window.noted,
    ...[...document.querySelectorAll("*")].flatMap(element => [
        ...(["SCRIPT", "STYLE", "IFRAME", "OBJECT", "EMBED", "BASE"].includes(element.tagName)
            ? [`<${element.tagName}>`] : []),
        ...[...element.attributes]
            .filter(({name, value}) =>
                name.startsWith("on") || ["style", "data-stolen", "autofocus"].includes(name)
                || (["href", "src", "action", "xlink:href"].includes(name)
                    && !/^(\\/portal(\\/|\\?|$)|#)/.test(value)))
            .map(({name, value}) => `${name}="${value}"`)]),
]"""
"""What a script, an element or an attribute of somebody's text left behind, and what was barred."""
_SAID = """[
    document.documentElement.textContent,
    ...[...document.querySelectorAll("input")].map(one => one.value),
].join(" ")"""
_SEND = """(form, [text, line]) => {
    for (const field of form.querySelectorAll("input:not([type=hidden], [type=date]), textarea"))
        field.value = field.tagName === "TEXTAREA" ? text : line;
    for (const field of form.querySelectorAll("select"))
        field.selectedIndex = field.options.length - 1;
    form.submit();
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = made_once(tmp_path_factory, "hostile-home", make_hostile_home)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("hostile") / "home"))


@pytest.fixture(scope="module")
def portal(home: Path) -> Iterator[Served]:
    with served(home) as server:
        yield server


@pytest.fixture
def visitor(portal: Served, page: Page) -> Page:
    """Somebody who may see everything, in a page that notes what should not happen."""
    page.add_init_script(_NOTES)
    sign_in(page, portal.url, *ROLES)
    return page


def test_what_was_imported_or_written_is_text_on_every_page(portal: Served, visitor: Page) -> None:
    def look(address: str) -> str:
        visitor.goto(portal.url + address)
        checked(visitor)
        return unescape(visitor.content())

    seen: dict[str, list[str]] = defaultdict(list)
    for template, _, text in found_pages(look):
        seen[template].append(text)
    assert set(seen) == set(routes("GET"))
    silent = {template for template, texts in seen.items() if not any(map(attacks, texts))}
    assert silent == WITHOUT_TEXT


def test_what_an_address_asks_for_is_text_on_the_answer(portal: Served, visitor: Page) -> None:
    for template, route in routes("GET").items():
        path = re.sub(r"{\w+:\w+}", quote(TEXT, safe=""), template)
        asked = {name: TEXT for handler in route.route_handlers for name in queries(handler)}
        answer = visitor.goto(f"{portal.url}{path}?{urlencode(asked)}")
        assert answer is not None
        assert answer.status < 500, template
        checked(visitor)


def test_what_is_typed_is_text_on_the_answer(portal: Served, visitor: Page) -> None:
    def read(address: str) -> str:
        return unescape(visitor.request.get(portal.url + address).text())

    waiting = set(routes("POST")) - set(SAY_NOTHING)
    for _, address, text in list(found_pages(read)):
        for action in reversed(_ACTION.findall(text)):
            if not template_of(action, waiting):
                continue
            visitor.goto(portal.url + address)
            form = visitor.locator(f'main form[action="{action}"]')
            if form.count():  # the one before may have ended it
                with visitor.expect_navigation() as going:
                    form.evaluate(_SEND, [TEXT, ATTACKS[4]])
                assert going.value.status < 500
                if attacks(checked(visitor)):
                    waiting.remove(template_of(action, waiting))
    assert waiting == set()


def test_scoring_is_stopped_for_a_reason_that_is_text(
    portal: Served, visitor: Page, home: Path
) -> None:
    stop(build(Settings(home=home)))
    visitor.goto(f"{portal.url}/portal")
    said = checked(visitor)
    assert "Scoring is stopped" in said
    assert attacks(said)


@pytest.mark.parametrize("headers", [{}, dict(PAGE_HEADERS)])
def test_text_that_is_not_escaped_is_seen(browser: Browser, headers: dict[str, str]) -> None:
    body = f"<!doctype html><title>a</title><p>{TEXT}"
    page = browser.new_page()
    page.add_init_script(_NOTES)
    page.route("**/*", lambda to: to.fulfill(body=body, headers=headers, content_type="text/html"))
    page.goto("http://localhost/")
    with pytest.raises(AssertionError, match="barred" if headers else "script 1 ran"):
        checked(page)
    page.close()


def checked(page: Page) -> str:
    """Return what the page says and holds in fields; fail where hostile text is more than text."""
    assert page.evaluate(_FOUND) == [], page.url
    said = str(page.evaluate(_SAID))
    assert "$49" not in said, page.url
    return said


def attacks(said: str) -> bool:
    return any(attack in said for attack in ATTACKS)


def routes(method: str) -> dict[str, HTTPRoute]:
    """Return the routes of a method by their addresses, but for those that are no page."""
    found = (route for route in portal_router().routes if isinstance(route, HTTPRoute))
    return {one.path: one for one in found if method in one.methods and one.path not in NO_PAGES}


def found_pages(read: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
    """Yield the route, the address and the text of every page that links lead to.

    It begins with those whose address has no variable part; links that hold an attack come first.
    """
    known = routes("GET")
    seen: dict[str, list[str]] = defaultdict(list)
    waiting = [path for path in known if "{" not in path]
    while waiting:
        address = waiting.pop(0)
        template = template_of(address, known)
        most = MOST_ASKED if "?" in address else MOST_OF_ONE
        if template and address not in seen[template] and len(seen[template]) < most:
            seen[template].append(address)
            text = read(address)
            waiting += sorted(_LINK.findall(text), key=lambda link: "stolen" not in link)
            yield template, address, text


def queries(handler: HTTPRouteHandler) -> list[str]:
    """Return what a handler reads of the query."""
    names = set(signature(handler.fn).parameters) - _GIVEN
    return [name for name in names if f"{{{name}:" not in "".join(handler.paths)]


def template_of(address: str, known: Iterable[str]) -> str:
    """Return the page that an address is of, empty for none; a variable part fits last."""
    path = urlsplit(address).path
    fitting = (
        one
        for one in known
        if path == one or re.fullmatch(re.sub(r"{\w+:\w+}", "[^/]+", one), path)
    )
    return min(fitting, key=lambda one: one.count("{"), default="")
