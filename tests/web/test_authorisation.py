"""Every role at every route, with good tokens and bad ones: as the table of roles says."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from identity_provider import EC_KEY, RSA_KEY
from signed_in_home import SignedInHome, signed_in_home
from stayline.domain.roles import ABOUT_PEOPLE, PERMITTED, PUBLIC, Operation, Role
from stayline.errors import NotSignedIn, TooManyRequests
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key
from stayline.web.callers import Callers
from stayline.web.calls import Call
from stayline.web.operations import OPERATION
from stayline.web.rate_limits import MOST_CALLERS
from stayline.web.refusals import MOST_A_MINUTE

OWN, OTHER = "11", "21"
IN_PATH = {"endpoint_name": "attrition-risk", "feature_group": "features"}
IN, NOBODY, NO_ROLE, UNKNOWN = "let in", "not signed in", "not permitted", "unknown person"
NOT_SIGNED_IN = {
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
    "IncompleteSignatureException",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedInHome]:
    with signed_in_home(tmp_path_factory.mktemp("authorisation")) as home:
        yield home


def routes(home: SignedInHome) -> list[tuple[str, str, Operation]]:
    """Return every method and path of the API, and what it asks for."""
    return [
        (method, route.path, handler.opt[OPERATION])
        for route in home.client.app.routes
        if not route.path.startswith(("/openapi.json/", "/portal"))
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    ]


def outcome(home: SignedInHome, method: str, path: str, person: str, headers) -> str:
    """Ask, and return how the caller was met."""
    names = IN_PATH | {"employee_id": person}
    url = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: names.get(found[1], "x"), path)
    sent = {"employee_id": person} if path == "/v1/predict" else {}
    body = {} if method in ("GET", "DELETE", "HEAD") else {"json": sent}
    before = home.refusals()
    answer = home.client.request(method, url, headers=headers, **body)
    refused = [because for _, _, because in home.refusals()[len(before) :]]
    told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    code = answer.headers.get("x-amzn-errortype", "")
    kind = told.get("type", "").rpartition(":")[2] if isinstance(told, dict) else ""
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        return NOBODY
    if code in NOT_SIGNED_IN or kind == "signature-refused":
        assert answer.status_code == 403
        return NOBODY
    if kind == "not-permitted" or code == "AccessDeniedException":
        assert answer.status_code == 403
        return NO_ROLE
    return UNKNOWN if refused == ["outside_line"] else IN


def expected(operation: Operation, role: Role | None, path: str, person: str) -> str:
    if operation in PUBLIC:
        return IN
    if role not in PERMITTED[operation]:
        return NO_ROLE
    is_about = "employee_id" in path or path == "/v1/predict"
    is_line = role is Role.MANAGER and operation in ABOUT_PEOPLE and is_about
    return UNKNOWN if is_line and person == OTHER else IN


def test_every_route_names_what_it_asks_for(home):
    asked = routes(home)
    assert len(asked) >= 17
    assert all(isinstance(operation, Operation) for _, _, operation in asked)


@pytest.mark.parametrize("person", [OWN, OTHER])
@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_may_what_the_table_says_and_no_more(home, role, person):
    headers = home.bearer(roles=[role] if role else [], employee_id="1")
    wrong = [
        (method, path, met, operation)
        for method, path, operation in routes(home)
        if (met := outcome(home, method, path, person, headers))
        != expected(operation, role, path, person)
    ]
    assert wrong == []


BAD = {
    "no token": lambda home: {},
    "expired": lambda home: home.bearer(roles=list(Role), exp=1),
    "not yet valid": lambda home: home.bearer(roles=list(Role), nbf=2**40),
    "wrong audience": lambda home: home.bearer(roles=list(Role), aud="payroll"),
    "wrong issuer": lambda home: home.bearer(roles=list(Role), iss="https://other.example"),
    "no subject": lambda home: home.bearer(roles=list(Role), sub=None),
    "unknown key": lambda home: home.bearer(roles=list(Role), named="unknown"),
    "another key": lambda home: home.bearer(roles=list(Role), key=EC_KEY, named=RSA_KEY),
    "alg none": lambda home: forged(home, "none"),
    "key confusion": lambda home: forged(home, "HS256"),
    "altered": lambda home: altered(home),
    "an unknown api key": lambda home: {"X-Api-Key": f"slk_{'0' * 16}_{'x' * 43}"},
    "an api key cut off": lambda home: {"Authorization": "Bearer slk_"},
    "a password": lambda home: {"Authorization": "Basic YTpi"},
    "two credentials": lambda home: home.bearer(roles=list(Role)) | {"X-Api-Key": "slk_"},
    "an empty bearer": lambda home: {"Authorization": "Bearer "},
    "a signature by no key": lambda home: {
        "Authorization": "AWS4-HMAC-SHA256 Credential=A/20260301/eu/sagemaker/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=0",
        "X-Amz-Date": "20260301T120000Z",
    },
}


def forged(home: SignedInHome, kind: str) -> dict[str, str]:
    token = home.provider.forged(home.clock.instant, kind, roles=list(Role))
    return {"Authorization": f"Bearer {token}"}


def altered(home: SignedInHome) -> dict[str, str]:
    mine, yours = (
        home.bearer(roles=roles)["Authorization"].split(".") for roles in (["manager"], list(Role))
    )
    return {"Authorization": ".".join((mine[0], yours[1], mine[2]))}


@pytest.mark.parametrize("bad", BAD)
def test_a_credential_that_does_not_hold_gets_nobody_in(home, bad):
    headers = BAD[bad](home)
    wrong = [
        (method, path, met)
        for method, path, operation in routes(home)
        if (met := outcome(home, method, path, OWN, headers))
        != (IN if operation in PUBLIC else NOBODY)
    ]
    assert wrong == []


def test_a_program_s_key_may_what_its_roles_permit(home):
    ports = home.ports
    made = create_api_key(
        "payroll",
        roles=["service"],
        valid_until=None,
        api_keys=ports.api_keys,
        audit=ports.audit,
        clock=ports.clock,
        actor="ana",
    )
    for headers in ({"X-Api-Key": made.text}, {"Authorization": f"bearer {made.text}"}):
        wrong = [
            (method, path, met)
            for method, path, operation in routes(home)
            if (met := outcome(home, method, path, OTHER, headers))
            != expected(operation, Role.SERVICE, path, OTHER)
        ]
        assert wrong == []
    assert ports.api_keys.find(made.key.key_id).last_used_on == ports.clock.now().date()
    ports.api_keys.end(made.key.key_id, at=ports.clock.now())
    assert outcome(home, "POST", "/v1/predict", OWN, {"X-Api-Key": made.text}) == NOBODY


def test_refusals_stand_in_the_audit_log_with_who_and_why(home):
    before = len(home.refusals())
    outcome(home, "GET", "/v1/employees/{employee_id}", OWN, home.bearer(sub="u-9", roles=[]))
    assert home.refusals()[before:] == [("u-9", "view_employee", "role")]


def test_a_flood_of_strangers_does_not_fill_the_log(home):
    home.clock.instant += timedelta(minutes=2)
    before = len(home.refusals())
    for _ in range(MOST_A_MINUTE + 15):
        outcome(home, "POST", "/v1/predict", OWN, {})
    assert len(home.refusals()) == before + MOST_A_MINUTE
    home.clock.instant += timedelta(minutes=2)
    outcome(home, "POST", "/v1/predict", OWN, {})
    last = home.ports.audit.events()[-1]
    assert (last.subject, last.details["withheld"]) == ("anonymous", 15)


def test_strangers_of_many_addresses_leave_room_to_who_signs_in(home):
    callers = Callers(home.ports, Settings(requests_per_minute=2), lambda: b"")
    body = {"headers": (), "body": b"", "query": b""}
    for number in range(MOST_CALLERS + 10):
        call = Call("POST", "/v1/predict", client=f"address {number}", **body)
        with pytest.raises((NotSignedIn, TooManyRequests)):
            callers.caller(call, Operation.SCORE_PEOPLE)
    token = home.bearer(roles=["hr_partner"])["Authorization"].encode()
    call = Call("POST", "/v1/predict", b"", ((b"authorization", token),), b"", "203.0.113.9")
    assert callers.caller(call, Operation.SCORE_PEOPLE).subject == "u-1"


@pytest.mark.parametrize(
    ("roles", "is_human"),
    [(["hr_partner"], True), (["service"], False), (["service", "hr_partner"], False)],
)
def test_a_program_stays_one_whatever_roles_it_gets(home, roles, is_human):
    token = home.bearer(roles=roles)["Authorization"].encode()
    call = Call("POST", "/v1/predict", b"", ((b"authorization", token),), b"", "203.0.113.9")
    callers = home.client.app.state.gateway.callers
    assert callers.caller(call, Operation.SCORE_PEOPLE).is_human is is_human


@pytest.mark.parametrize("second", [b"Bearer a.b.c", b"AWS4-HMAC-SHA256 Credential=A", b"", None])
def test_a_second_credential_beside_a_good_one_gets_nobody_in(home, second):
    token = home.bearer(roles=list(Role))["Authorization"].encode()
    sent = [(b"authorization", token), (b"authorization", second or token)]
    callers = home.client.app.state.gateway.callers
    for headers in (sent, sent[::-1]):
        call = Call("POST", "/v1/predict", b"", tuple(headers), b"", "203.0.113.9")
        with pytest.raises(NotSignedIn):
            callers.caller(call, Operation.SCORE_PEOPLE)
