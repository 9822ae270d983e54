"""Pages that say what is wrong: in the frame of who is signed in, in words, with a way back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import httpx
import pytest
from litestar import Litestar

from busy_watch import ring
from import_runs import Home
from portal_visits import Visitor, visitor
from privacy_home import fill
from signed_in_home import imported
from stayline.domain.alarms import AlarmState
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import RightsRequest
from stayline.settings import Settings
from stayline.web.app import create_app

LISTS = (
    "/portal/team?page=", "/portal/models?page=", "/portal/models/deployments?page=",
    "/portal/watch/alarms?number=", "/portal/watch/figures?number=",
    "/portal/watch/executions?number=", "/portal/watch/imports?number=",
    "/portal/watch/jobs/purge?number=", "/portal/watch/alarms/one?alarm=latency-high&number=",
    "/portal/privacy/requests?page=", "/portal/privacy/opt-outs?page=",
    "/portal/privacy/holds?page=",
)  # fmt: skip
UNKNOWN = (
    *("models/77", "privacy/holds/nix", "privacy/requests/nix", "privacy/register/nix"),
    *("watch/jobs/nix", "watch/alarms/one?alarm=nix", "watch/executions/nix"),
)
ROLES = ("hr_partner", "analyst", "approver", "privacy_officer", "auditor")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of which these tests change nothing."""
    home = imported(tmp_path_factory.mktemp("problems"))
    fill(home.ports, Settings(home=home.folder), ["21", "22", "23", "24", "25", "26"])
    ring(home.ports, "latency-high", AlarmState.ALARM, home.clock.instant, "it is slow")
    return home


@pytest.fixture(scope="module")
def app(home: Home) -> Litestar:
    return create_app(home.ports, Settings(home=home.folder), environment={})


@pytest.fixture
def stranger(app: Litestar) -> Iterator[Visitor]:
    with visitor(app) as visit:
        yield visit


@pytest.fixture
def visit(stranger: Visitor) -> Visitor:
    stranger.sign_in(*ROLES, name="dora")
    return stranger


def words(text: str) -> str:
    plain = re.sub(r"<[^>]*>", " ", text.partition("<main")[2])
    return " ".join(unescape(plain).split())


def ways(text: str) -> list[str]:
    """Return where a page leads from its own part."""
    return list(map(unescape, re.findall(r'<a href="([^"]+)"', text.partition("<main")[2])))


@pytest.mark.parametrize(
    ("path", "status", "way"),
    [
        ("/portal/nowhere", 404, "/portal"),
        ("/portal/watch/nowhere", 404, "/portal/watch"),
        ("/portal/watch/imports/abc", 404, "/portal/watch"),
        ("/portal/models/77", 404, "/portal/models"),
        ("/portal/privacy/holds/nix", 404, "/portal/privacy"),
        ("/portal/privacy/holds/nix/lift", 405, "/portal/privacy"),
        ("/portal/watch/alarms/one", 400, "/portal/watch"),
    ],
)
def test_a_problem_is_told_in_the_frame_of_who_is_signed_in(
    visit: Visitor, path: str, status: int, way: str
) -> None:
    answer = visit.get(path)
    assert answer.status_code == status
    assert "Parts of the portal" in answer.text
    assert '<span class="who">dora</span>' in answer.text
    assert ways(answer.text)[0] == way


def test_who_is_told_of_a_problem_can_sign_out_there(visit: Visitor) -> None:
    visit.get("/portal/nowhere")
    assert visit.post("/portal/sign-out").url.path == "/portal/signed-out"


def test_a_stranger_is_told_of_no_part_of_the_portal(stranger: Visitor, home: Home) -> None:
    answer = stranger.get("/portal/nowhere")
    assert answer.status_code == 404
    assert "Parts of the portal" not in answer.text
    stranger.sign_in("analyst")
    assert "Parts of the portal" in stranger.get("/portal/nowhere").text
    now = home.clock.instant
    home.clock.instant += timedelta(hours=1)
    assert "Parts of the portal" not in stranger.get("/portal/nowhere").text
    home.clock.instant = now


@pytest.mark.parametrize("address", LISTS)
def test_a_page_that_there_is_not_is_told_with_the_way_to_the_first(
    visit: Visitor, address: str
) -> None:
    for asked in ("abc", "0", "-1", "\u0663", "99999", "9" * 40):
        answer = visit.get(address + asked)
        assert answer.status_code == 404
        assert f"The list has no page '{asked[:20]}'" in words(answer.text)
        first = ways(answer.text)[0]
        assert first == re.sub(r"[?&](page|number)=$", "", address)
    assert visit.get(first).status_code == 200


def test_what_else_was_asked_for_stays(visit: Visitor) -> None:
    answer = visit.get("/portal/team?part=all&order=name&page=0")
    assert ways(answer.text)[0] == "/portal/team?part=all&order=name"
    answer = visit.get("/portal/team?part=nobody&order=name")
    assert ways(answer.text)[0] == "/portal/team?order=name"


def test_no_refusal_tells_a_visitor_of_a_command(visit: Visitor, home: Home) -> None:
    for path in UNKNOWN:
        said = words(visit.get(f"/portal/{path}").text)
        assert "stayline " not in said, path
        assert "nix" in said or "77" in said
    visit.get("/portal/models/waivers")
    for filed in (
        {"reason": "short"},
        {"until": "2020-01-01"},
        {"gate": "no gate"},
        {"subject": ""},
    ):
        usual = {
            "gate": "fairness",
            "subject": "Sex = X",
            "reason": "r" * 30,
            "until": "2020-01-01",
        }
        answer = visit.post("/portal/models/waivers", **(usual | filed))
        assert answer.status_code == 422
        problem = re.search(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
        assert problem is not None
        assert "--" not in problem[1]
        assert "`" not in problem[1]


def test_a_hold_that_is_not_lifted_opens_again_with_the_error_beside_the_reason(
    visit: Visitor, home: Home
) -> None:
    hold = home.ports.register.entries(LegalHold)[0]
    path = f"/portal/privacy/holds/{hold.entry_id}"
    assert '<details class="confirm">' in visit.get(path).text
    check_open(visit.post(f"{path}/lift", reason="r" * 1001), "r" * 1001, "1 to 1000 characters")
    check_open(visit.post(f"{path}/lift", reason=""), "", "1 to 1000 characters")


def test_a_request_that_takes_no_longer_opens_again_with_the_error_beside_the_reason(
    visit: Visitor, home: Home
) -> None:
    overdue = next(
        one
        for one in home.ports.register.entries(RightsRequest)
        if one.record.closed_on is None and one.record.due_on < home.clock.instant.date()
    )
    path = f"/portal/privacy/requests/{overdue.entry_id}"
    visit.get(path)
    check_open(visit.post(f"{path}/extend", reason=""), "", "1 to 1000 characters")
    answer = visit.post(f"{path}/extend", reason="It takes long.")
    check_open(answer, "It takes long.", "The request stays as it is")
    answer = visit.post(f"{path}/close", outcome="", closed_on="")
    assert answer.status_code == 422
    assert '<details class="confirm">' in answer.text
    assert 'id="outcome-wrong"' in answer.text


def check_open(answer: httpx.Response, typed: str, told: str) -> None:
    """Check that the form stands open, with what was typed, and says why beside the field."""
    assert answer.status_code == 422
    form = answer.text.partition('<details class="confirm" open>')[2].partition("</details>")[0]
    assert told in unescape(form.partition('id="reason-wrong"')[2].partition("</p>")[0])
    assert 'aria-invalid="true"' in form
    assert f">{typed}</textarea>" in form


@pytest.mark.parametrize(
    ("page", "path", "fields", "wrong"),
    [
        ("requests", "requests", {"employee_id": "", "once": "1"}, "employee_id"),
        ("holds", "holds", {"employee_ids": "1", "matter": "", "reason": "r"}, "matter"),
        ("opt-outs", "opt-outs", {"employee_id": "1", "kind": "x", "channel": "hr"}, "out-kind"),
        ("opt-outs", "opt-outs/end", {"employee_id": "", "channel": "hr"}, "in-id"),
        ("audit", "audit", {"since": "2026-03-02", "until": "2026-03-01"}, "until"),
    ],
)
def test_what_is_wrong_in_a_form_stands_beside_the_field(
    visit: Visitor, page: str, path: str, fields: dict[str, str], wrong: str
) -> None:
    visit.get(f"/portal/privacy/{page}")
    answer = visit.post(f"/portal/privacy/{path}", **fields)
    assert answer.status_code == 422
    assert re.findall(r'class="wrong" id="([\w-]+)-wrong"', answer.text) == [wrong]
