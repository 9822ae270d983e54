"""What a manager is told of somebody who opted out, left, was erased or is no report of theirs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from identity_provider import AUDIENCE, Provider, identity_provider
from local_client import LocalClient
from real_data import ibm_extract
from stayline.bootstrap import Ports, build
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.settings import Settings
from stayline.web.app import create_app

MANAGER, PERSON, OUT, OTHER = (str(one) for one in ibm_extract()["EmployeeNumber"].head(4))
NOBODY = "no-such-person"
ALIKE = (OUT, OTHER, NOBODY)
"""Who opted out, who is in another line, and who does not exist."""
GOOD = {"action": "mentoring", "reason": "Asked for somebody to learn the new system from."}


class Office:
    """A deployed home behind an identity provider, where a manager has two reports."""

    def __init__(self, ports: Ports, client: LocalClient, provider: Provider) -> None:
        self.ports, self.client, self.provider = ports, client, provider
        self.ports.opt_outs.opt_out(self.token(OUT), at=ports.clock.now())
        boss = self.token(MANAGER)
        rows = [
            {
                "token": self.token(one),
                "event_time": ports.clock.now(),
                "hr_id": one,
                "display_name": None,
                "manager": boss,
            }
            for one in (PERSON, OUT)
        ]
        schema = {"token": pl.String, "event_time": pl.Datetime("us", "UTC")}
        schema |= dict.fromkeys(("hr_id", "display_name", "manager"), pl.String)
        ports.directory.put(pl.DataFrame(rows, schema=schema))

    def token(self, hr_id: str) -> EmployeeToken:
        return pseudonym(self.ports.secrets.token_key(), hr_id)

    def ask(self, method: str, path: str, *roles: str, **sent: object) -> tuple[int, str]:
        """Return the status and the body of an answer, without the id that was asked for."""
        told = self.provider.token(
            datetime.now(UTC), roles=list(roles) or ["manager"], employee_id=MANAGER
        )
        headers = {"Authorization": f"Bearer {told}"}
        answer = self.client.request(method, path, headers=headers, **sent)
        hr_id = path.split("/")[3] if path.startswith("/v1/employees/") else ""
        return answer.status_code, answer.text.replace(f'"employee_id":"{hr_id}"', "")


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    with identity_provider() as provider:
        settings = Settings(home=home, oidc_issuer=provider.issuer, oidc_audience=AUDIENCE)
        ports = build(settings)
        app = create_app(ports, settings, environment={})
        with LocalClient(app, address="203.0.113.9", raise_server_exceptions=False) as client:
            yield Office(ports, client, provider)


@pytest.mark.parametrize("roles", [("manager",), ("hr_partner",)])
def test_a_score_is_refused_in_the_same_words_whatever_bars_it(office, roles):
    people = (OUT, NOBODY) if "hr_partner" in roles else ALIKE
    for body in (
        lambda one: {"employee_id": one},
        lambda one: {"employee_id": one, "MonthlyIncome": 5000},
        lambda one: {"employee_id": one, "MonthlyIncome": "much"},
        lambda one: {"instances": [{"employee_id": PERSON}, {"employee_id": one}]},
    ):
        told = {office.ask("POST", "/v1/predict", *roles, json=body(one)) for one in people}
        assert len(told) == 1
    assert office.ask("POST", "/v1/predict", json={"employee_id": PERSON})[0] == 200


def test_a_view_is_the_same_whatever_bars_it(office):
    told = {office.ask("GET", f"/v1/employees/{one}") for one in ALIKE}
    assert len(told) == 1
    assert '"risk"' in office.ask("GET", f"/v1/employees/{PERSON}")[1]


def test_a_view_of_who_opted_out_does_not_show_what_was_decided_before(office):
    office.ports.opt_outs.opt_in(office.token(OUT), at=office.ports.clock.now())
    keep_decision(office.ports, office.token(OUT))
    assert "mentoring" in office.ask("GET", f"/v1/employees/{OUT}")[1]
    office.ports.opt_outs.opt_out(office.token(OUT), at=office.ports.clock.now())
    told = {office.ask("GET", f"/v1/employees/{one}") for one in ALIKE}
    assert len(told) == 1


def keep_decision(ports: Ports, token: EmployeeToken) -> None:
    words = "Asked for somebody to learn from."
    ports.decisions.add(
        Decision("d-1", token, ActionKind.MENTORING, words, "u-1", datetime.now(UTC))
    )


@pytest.mark.parametrize("roles", [("manager",), ("hr_partner",)])
def test_a_decision_is_refused_in_the_same_words_whoever_it_is_about(office, roles):
    for body in (GOOD, {"action": "dismissal", "reason": GOOD["reason"]}, {"action": "x"}):
        told = {
            office.ask("POST", f"/v1/employees/{one}/decisions", *roles, json=body)
            for one in (PERSON, *ALIKE)
        }
        assert len(told) == 1


def test_whom_a_manager_asked_for_outside_the_line_is_on_record(office):
    office.ask("GET", f"/v1/employees/{OTHER}")
    office.ask("POST", "/v1/predict", json={"employee_id": OTHER})
    office.ask("POST", f"/v1/employees/{OTHER}/decisions", json=GOOD)
    refused = office.ports.audit.events(subject=office.token(OTHER))
    assert [event.details["because"] for event in refused] == ["outside_line"] * 3


def test_a_batch_with_one_person_outside_is_refused_whole_at_their_place(office):
    rows = [{"employee_id": PERSON}, {"MonthlyIncome": 5000}, {"employee_id": OTHER}]
    status, told = office.ask("POST", "/v1/predict", json={"instances": rows})
    assert status == 404
    assert '"path":"instances[2].employee_id"' in told
