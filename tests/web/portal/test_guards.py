"""What protects every page: forms of this session only, a strict policy, roles, and the place."""

import re
from collections.abc import Iterator

import pytest
from litestar import Litestar

from import_runs import Home
from local_client import LocalClient
from portal_visits import Visitor, visitor
from signed_in_home import imported
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.roles import PERMITTED, PUBLIC, Operation, Role
from stayline.settings import Settings
from stayline.web.app import create_app
from stayline.web.operations import OPERATION
from stayline.web.portal.visits import SESSION_NEEDED
from stayline.web.security_headers import PAGE_HEADERS, is_page

_IN_PATH = re.compile(r"\{(\w+)(:\w+)?\}")
_MANAGER = "11"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return imported(tmp_path_factory.mktemp("guards"))


@pytest.fixture(scope="module")
def ports(home: Home) -> Ports:
    return build(Settings(home=home.folder), clock=home.clock)


@pytest.fixture(scope="module")
def app(home: Home, ports: Ports) -> Litestar:
    return create_app(ports, Settings(home=home.folder), environment={})


@pytest.fixture(scope="module")
def other_app(home: Home, ports: Ports) -> Litestar:
    """The same application once more, for a second client beside the first."""
    return create_app(ports, Settings(home=home.folder), environment={})


@pytest.fixture
def visit(app: Litestar) -> Iterator[Visitor]:
    with visitor(app) as visit:
        yield visit


def pages(app: Litestar) -> list[tuple[str, str, Operation, bool]]:
    """Return every method and path of the portal, what it asks for, and whether of a session."""
    return [
        (method, route.path, handler.opt[OPERATION], bool(handler.opt.get(SESSION_NEEDED)))
        for route in app.routes
        if is_page(route.path)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    ]


def place(path: str) -> str:
    return _IN_PATH.sub("1", path)


def test_every_page_that_needs_a_session_leads_to_the_sign_in_without_one(
    app: Litestar, visit: Visitor
) -> None:
    needing = [(method, place(path)) for method, path, _, needed in pages(app) if needed]
    assert ("POST", "/portal/sign-out") in needing
    for method, path in needing:
        answer = visit.client.request(method, path, follow_redirects=False)
        if method == "GET":
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/portal/sign-in?back_to=")
        else:
            assert answer.status_code == 401


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE])
def test_every_page_is_open_to_the_roles_of_the_table_and_no_others(
    app: Litestar, visit: Visitor, role: Role
) -> None:
    visit.sign_in(role)
    for method, path, operation, needed in pages(app):
        if not needed or path == "/portal/sign-out":
            continue
        sent = {"form_key": visit.form_key} if method == "POST" else None
        answer = visit.client.request(method, place(path), data=sent, follow_redirects=False)
        told = f"Your roles do not permit &#39;{operation}&#39;"
        refused = answer.status_code == 403 and told in answer.text
        is_open = operation in PUBLIC or role in PERMITTED[operation]
        assert refused is not is_open, (method, path)


def test_no_form_is_taken_without_the_key_of_its_session(
    other_app: Litestar, visit: Visitor
) -> None:
    visit.sign_in("analyst")
    with visitor(other_app) as other:
        other.sign_in("analyst")
        stolen = other.form_key
    for key in ("", "wrong", stolen, visit.form_key + "x", "ü"):
        answer = visit.post("/portal/sign-out", form_key=key, follow=False)
        assert answer.status_code == 403
        assert "Nothing was done with this form" in answer.text
    assert visit.get("/portal", follow=False).status_code == 200
    assert visit.post("/portal/sign-out", follow=False).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"content-type": "application/json"},
        {"content-type": "text/plain"},
    ],
)
def test_no_form_is_taken_that_another_page_sent(visit: Visitor, headers: dict[str, str]) -> None:
    visit.sign_in("analyst")
    sent = {"content-type": "application/x-www-form-urlencoded"} | headers
    body = f"form_key={visit.form_key}"
    answer = visit.client.post(
        "/portal/sign-out", content=body, headers=sent, follow_redirects=False
    )
    assert answer.status_code in (401, 403)
    assert visit.get("/portal", follow=False).status_code == 200


TEXT = "She asked <b>twice</b> about the shifts."


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_what_was_written_is_given_back_where_the_session_is_another_one(
    visit: Visitor, *, is_signed_in: bool
) -> None:
    if is_signed_in:
        visit.sign_in("manager")
    sent = {
        "sec-fetch-site": "same-origin",
        "referer": "http://127.0.0.1/portal/people/1?done=recorded",
    }
    data = {"form_key": "of-another", "reason": TEXT, "action": "mentoring", "hr_id": "4711"}
    answer = visit.client.post("/portal/people/1/decisions", data=data, headers=sent)
    assert answer.status_code == (403 if is_signed_in else 401)
    main = answer.text[answer.text.index("<main") :]
    assert "She asked &lt;b&gt;twice&lt;/b&gt; about the shifts." in main
    assert "people/1" in main if is_signed_in else "back_to=%2Fportal%2Fpeople%2F1" in main
    for kept_back in ("of-another", "mentoring", "4711"):
        assert kept_back not in main


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_another_page_sent_is_not_shown(visit: Visitor, site: str) -> None:
    headers = {"sec-fetch-site": site} if site else {}
    data = {"reason": TEXT}
    answer = visit.client.post("/portal/people/1/decisions", data=data, headers=headers)
    assert answer.status_code == 401
    assert "about the shifts" not in answer.text


def test_a_form_from_a_page_of_the_portal_is_taken(visit: Visitor) -> None:
    visit.sign_in("analyst")
    sent = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}
    data = {"form_key": visit.form_key}
    answer = visit.client.post("/portal/sign-out", data=data, headers=sent, follow_redirects=False)
    assert answer.status_code == 303


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=%ff", b"&".join([b"a=1"] * 300)])
def test_a_form_that_cannot_be_read_is_told_so(visit: Visitor, body: bytes) -> None:
    visit.sign_in("analyst")
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = visit.client.post("/portal/sign-out", content=body, headers=kind)
    assert answer.status_code == 403
    assert "cannot be read" in answer.text


def test_a_form_that_is_too_large_is_a_page_in_words(visit: Visitor) -> None:
    visit.sign_in("analyst")
    answer = visit.post("/portal/sign-out", a="x" * 70_000)
    assert answer.status_code == 413
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path", ["/portal", "/portal/sign-in", "/portal/nowhere", "/portal/signed-out"]
)
def test_every_answer_has_the_strict_policy_once_and_is_kept_nowhere(
    visit: Visitor, path: str
) -> None:
    answer = visit.get(path, follow=False)
    for name, value in PAGE_HEADERS:
        assert answer.headers.get_list(name) == [value]
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_no_page_holds_a_script_or_style_or_anything_from_elsewhere(visit: Visitor) -> None:
    visit.sign_in(*(role for role in Role if role is not Role.SERVICE))
    for path in ("/portal", "/portal/sign-in", "/portal/nowhere", "/portal/signed-out"):
        text = visit.get(path).text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", text)


def test_the_style_is_kept_under_a_name_that_changes_with_it(visit: Visitor) -> None:
    style = re.search(r'href="(/portal/static/[\w.-]+\.css)"', visit.get("/portal/sign-in").text)
    assert style is not None
    answer = visit.get(style[1])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert visit.get("/portal/static/portal.css").status_code == 404
    assert visit.get("/portal/static/..%2f__init__.py").status_code == 404


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ("127.0.0.1", {"host": "attacker.example"}),
        ("127.0.0.1", {"sec-fetch-site": "cross-site"}),
    ],
)
def test_development_sign_in_is_for_this_machine_only(
    other_app: Litestar, visit: Visitor, address: str, headers: dict[str, str]
) -> None:
    visit.sign_in("analyst")
    with LocalClient(other_app, address=address, raise_server_exceptions=False) as other:
        refused = other.get("/portal/sign-in", headers=headers)
        assert refused.status_code == 401
        assert "at its own machine only" in refused.text
        other.cookies.update(visit.client.cookies)
        taken = other.get("/portal", headers=headers, follow_redirects=False)
        assert taken.status_code == 401


def test_whoever_is_signed_in_for_development_may_sign_in_as_somebody_else(visit: Visitor) -> None:
    visit.sign_in("auditor", name="bo")
    visit.sign_in("analyst", name="ana")
    page = visit.get("/portal").text
    assert "ana" in page
    assert ">bo<" not in page


def test_the_development_sign_in_says_what_it_does_not_take(visit: Visitor) -> None:
    visit.get("/portal/sign-in")
    way = "/portal/sign-in/development"
    for fields, told in (
        ({"role": [], "name": "ana"}, "Roles"),
        ({"role": "service", "name": "ana"}, "Roles"),
        ({"role": "analyst", "name": "slk_1"}, "Name"),
        ({"role": "manager", "name": "ana", "employee": "nobody"}, "HR id"),
    ):
        answer = visit.post(way, follow=False, **fields)
        assert answer.status_code == 422
        assert told in answer.text
    answer = visit.post(way, follow=False, role="manager", name="ana", employee=_MANAGER)
    assert answer.status_code == 303


def test_refusals_and_sessions_stand_in_the_audit_log(ports: Ports, visit: Visitor) -> None:
    visit.sign_in("analyst", name="ada")
    visit.post("/portal/sign-out")
    kinds = [event.kind for event in ports.audit.events() if event.actor == "ada"]
    assert kinds == [AuditEventKind.SESSION_BEGAN, AuditEventKind.SESSION_ENDED]


def test_browsers_are_led_to_the_portal_and_programs_are_not(visit: Visitor) -> None:
    html = {"accept": "text/html,application/xhtml+xml"}
    led = visit.client.get("/", headers=html, follow_redirects=False)
    assert led.headers["location"] == "/portal"
    assert visit.client.get("/", follow_redirects=False).status_code == 404
