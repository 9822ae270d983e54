"""Sign-in at the identity provider, sessions and their end, as a browser goes through them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from identity_provider import AUDIENCE, identity_provider
from import_runs import Home
from local_client import LocalClient
from portal_visits import Visitor
from signed_in_home import SignedInHome, imported
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.settings import Settings
from stayline.web.app import create_app
from stayline.web.portal.sessions import IDLE, LONGEST

WORK = "https://stayline.example.org"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return imported(tmp_path_factory.mktemp("people"))


@pytest.fixture
def home(people: Home) -> Iterator[SignedInHome]:
    with identity_provider() as provider:
        provider.people = {"sub": "u-7", "roles": ["analyst"]}
        provider.clock = people.clock.now
        settings = Settings(home=people.folder, oidc_issuer=provider.issuer, oidc_audience=AUDIENCE)
        ports = build(settings, clock=people.clock)
        app = create_app(ports, settings, environment={})
        client = LocalClient(
            app, address="203.0.113.9", base_url=WORK, raise_server_exceptions=False
        )
        with client:
            yield SignedInHome(people.folder, provider, people.clock, ports, client)


@pytest.fixture
def visitor(home: SignedInHome) -> Visitor:
    return Visitor(home.client)


def to_the_provider(visitor: Visitor, back_to: str = "/portal") -> str:
    """Begin to sign in; return where the provider sends the browser back to."""
    begun = visitor.get("/portal/sign-in/start", follow=False, back_to=back_to)
    assert begun.status_code == 303
    back = httpx.get(begun.headers["location"])
    return str(back.headers["location"])


def signed_in(visitor: Visitor, back_to: str = "/portal") -> httpx.Response:
    answer = visitor.get(to_the_provider(visitor, back_to), follow=False)
    assert answer.status_code == 303, answer.text
    return answer


def test_somebody_signs_in_at_the_provider_and_comes_back_to_where_they_were(
    home: SignedInHome, visitor: Visitor
) -> None:
    first = visitor.get("/portal", follow=False)
    assert first.headers["location"] == "/portal/sign-in?back_to=%2Fportal"
    answer = signed_in(visitor, "/portal?a=1")
    assert answer.headers["location"] == "/portal?a=1"
    assert "u-7" in visitor.get("/portal").text
    began = [e for e in home.ports.audit.events() if e.kind is AuditEventKind.SESSION_BEGAN]
    assert (began[-1].actor, began[-1].details["by"]) == ("u-7", "provider")


def test_the_code_is_asked_for_with_a_challenge_and_exchanged_with_its_verifier(
    home: SignedInHome, visitor: Visitor
) -> None:
    begun = visitor.get("/portal/sign-in/start", follow=False)
    asked = {name: v[0] for name, v in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == AUDIENCE
    assert asked["redirect_uri"] == f"{WORK}/portal/sign-in/done"
    assert len(asked["state"]) >= 32
    assert asked["state"] != asked["nonce"] != asked["code_challenge"]
    visitor.get(httpx.get(begun.headers["location"]).headers["location"], follow=False)
    assert home.provider.given[-1]["code_verifier"] not in begun.headers["location"]


def test_the_cookies_are_out_of_reach_of_scripts_other_sites_and_plain_http(
    visitor: Visitor,
) -> None:
    answer = signed_in(visitor)
    kept = answer.headers.get_list("set-cookie")
    assert len(kept) == 2
    for cookie in kept:
        assert cookie.startswith("__Host-stayline-")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
    assert "u-7" not in "".join(kept)
    assert "eyJ" not in "".join(kept)


@pytest.mark.parametrize("changed", ["state", "code", "iss"])
def test_an_answer_that_is_not_to_this_sign_in_is_refused(
    home: SignedInHome, visitor: Visitor, changed: str
) -> None:
    answer = urlsplit(to_the_provider(visitor))
    asked = {name: v[0] for name, v in parse_qs(answer.query).items()} | {changed: "another"}
    refused = visitor.get(answer.path, follow=False, **asked)
    assert refused.status_code == 403
    assert "did not succeed" in refused.text
    assert visitor.get("/portal", follow=False).status_code == 303
    assert home.refusals()[-2][1] == "sign_in"


def test_an_answer_is_taken_once_and_from_the_browser_that_asked_only(
    home: SignedInHome, visitor: Visitor
) -> None:
    back = to_the_provider(visitor)
    kept = dict(home.client.cookies)
    home.client.cookies.clear()
    assert visitor.get(back, follow=False).status_code == 403
    home.client.cookies.update(kept)
    assert visitor.get(back, follow=False).status_code == 303
    assert visitor.get(back, follow=False).status_code == 403


def test_an_identity_of_another_sign_in_is_refused(home: SignedInHome, visitor: Visitor) -> None:
    home.provider.identity = {"nonce": "an-older-one"}
    answer = visitor.get(to_the_provider(visitor), follow=False)
    assert answer.status_code == 403
    assert "of another sign-in" in answer.text


def test_what_the_provider_is_said_to_say_is_shown_only_if_it_is_one_of_its_words(
    visitor: Visitor,
) -> None:
    state = parse_qs(urlsplit(to_the_provider(visitor)).query)["state"][0]
    told = visitor.get("/portal/sign-in/done", follow=False, state=state, error="call 555-0100")
    assert told.status_code == 403
    assert "555" not in told.text


def test_a_sign_in_that_took_too_long_is_begun_anew(home: SignedInHome, visitor: Visitor) -> None:
    back = to_the_provider(visitor)
    home.clock.instant += timedelta(minutes=11)
    assert visitor.get(back, follow=False).status_code == 403


def test_a_program_gets_no_session(home: SignedInHome, visitor: Visitor) -> None:
    home.provider.people = {"sub": "robot", "roles": ["service"]}
    answer = visitor.get(to_the_provider(visitor), follow=False)
    assert answer.status_code == 403
    assert "stayline-session" not in str(answer.headers.get_list("set-cookie"))


def test_tokens_larger_than_a_cookie_are_kept_in_several(
    home: SignedInHome, visitor: Visitor
) -> None:
    small = dict(home.provider.people)
    home.provider.people = small | {"groups": token_hex(3500)}
    signed_in(visitor)
    assert sum("session" in name for name in home.client.cookies) > 1
    assert visitor.get("/portal", follow=False).status_code == 200
    home.provider.people = small
    signed_in(visitor)
    assert sum("session" in name for name in home.client.cookies) == 1
    assert visitor.get("/portal", follow=False).status_code == 200


def test_tokens_larger_than_a_browser_keeps_are_refused_in_words(
    home: SignedInHome, visitor: Visitor
) -> None:
    home.provider.refresh_letters = 20_000
    answer = visitor.get(to_the_provider(visitor), follow=False)
    assert answer.status_code == 403
    assert "larger than a browser keeps" in answer.text


def test_a_session_from_before_the_sign_in_is_none_after_it(
    home: SignedInHome, visitor: Visitor
) -> None:
    signed_in(visitor)
    planted = {n: v for n, v in home.client.cookies.items() if "session" in n}
    home.provider.people = {"sub": "u-8", "roles": ["auditor"]}
    signed_in(visitor)
    now = {n: v for n, v in home.client.cookies.items() if "session" in n}
    assert planted.keys() == now.keys()
    assert not set(planted.values()) & set(now.values())
    assert "u-8" in visitor.get("/portal").text


def test_what_is_no_session_of_ours_is_none(home: SignedInHome, visitor: Visitor) -> None:
    signed_in(visitor)
    name, value = next((n, v) for n, v in home.client.cookies.items() if "session" in n)
    under_way = home.client.cookies.get("__Host-stayline-sign-in.0")
    for wrong in (value[:-4] + "AAAA", "x", "é", "A" * 20_000, under_way or "none"):
        home.client.cookies.clear()
        sent = {"cookie": f"{name}={wrong}".encode()}
        answer = home.client.get("/portal", headers=sent, follow_redirects=False)
        assert answer.status_code == 303


def test_a_session_ends_half_an_hour_after_the_last_visit(
    home: SignedInHome, visitor: Visitor
) -> None:
    home.provider.lives_s = 24 * 3600
    signed_in(visitor)
    for _ in range(3):
        home.clock.instant += IDLE - timedelta(minutes=1)
        assert visitor.get("/portal", follow=False).status_code == 200
    home.clock.instant += IDLE
    ended = visitor.get("/portal", follow=False)
    assert ended.status_code == 303
    assert "has ended" in visitor.get(ended.headers["location"]).text


def test_a_session_ends_after_eight_hours_in_any_case(home: SignedInHome, visitor: Visitor) -> None:
    home.provider.lives_s = 24 * 3600
    signed_in(visitor)
    began = home.clock.instant
    while home.clock.instant < began + LONGEST - timedelta(minutes=20):
        home.clock.instant += timedelta(minutes=20)
        assert visitor.get("/portal", follow=False).status_code == 200
    home.clock.instant += timedelta(minutes=20)
    assert visitor.get("/portal", follow=False).status_code == 303


def test_new_tokens_are_fetched_when_the_old_one_ends_and_new_roles_hold(
    home: SignedInHome, visitor: Visitor
) -> None:
    signed_in(visitor)
    home.clock.instant += timedelta(minutes=7)
    home.provider.people = {"sub": "u-7", "roles": []}
    assert "You have no role" in visitor.get("/portal").text
    assert home.provider.given[-1]["grant_type"] == "refresh_token"
    home.clock.instant += timedelta(minutes=7)
    home.provider.refresh_tokens.clear()
    assert visitor.get("/portal", follow=False).status_code == 303


def test_signing_out_ends_the_session_here_and_at_the_provider(
    home: SignedInHome, visitor: Visitor
) -> None:
    signed_in(visitor)
    visitor.get("/portal")
    out = visitor.post("/portal/sign-out", follow=False)
    assert out.headers["location"] == "/portal/signed-out?at_provider=1"
    assert not [name for name in home.client.cookies if "session" in name]
    assert home.provider.given[-1]["to"] == "/revoke"
    assert not home.provider.refresh_tokens
    page = visitor.get(out.headers["location"]).text
    assert "url=http://127.0.0.1" in page
    assert "post_logout_redirect_uri=https%3A%2F%2Fstayline.example.org" in page
    assert visitor.get("/portal", follow=False).status_code == 303
    assert home.ports.audit.events()[-2].kind is AuditEventKind.SESSION_ENDED


def test_the_api_takes_no_session_and_the_portal_no_token(
    home: SignedInHome, visitor: Visitor
) -> None:
    home.provider.people = {"sub": "u-7", "roles": ["hr_partner"]}
    signed_in(visitor)
    assert home.client.get("/v1/employees/11").status_code == 401
    home.client.cookies.clear()
    bearer = home.bearer(roles=["hr_partner"])
    assert home.client.get("/v1/employees/11", headers=bearer).status_code == 200
    answer = home.client.get("/portal", headers=bearer, follow_redirects=False)
    assert answer.status_code == 303


def test_with_a_provider_there_is_no_development_sign_in(
    home: SignedInHome, visitor: Visitor, tmp_path: Path
) -> None:
    app = create_app(home.ports, Settings(home=home.folder), environment={})
    with LocalClient(app, raise_server_exceptions=False) as here:
        assert "identity provider" in here.get("/portal/sign-in").text
        sent = {"role": "analyst", "name": "me", "form_key": ""}
        assert here.post("/portal/sign-in/development", data=sent).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example", "//evil.example", "/portal/../v1", "/portals", "\\\\evil",
        "/portal/sign-out", "/portal/sign-in/start",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_place_after_signing_in(visitor: Visitor, address: str) -> None:
    assert signed_in(visitor, address).headers["location"] == "/portal"


def test_a_provider_that_does_not_answer_is_told_in_words(
    home: SignedInHome, visitor: Visitor
) -> None:
    home.provider.is_down = True
    answer = visitor.get("/portal/sign-in/start", follow=False)
    assert answer.status_code == 503
    assert "identity provider" in answer.text
