"""A manager asks about the people who report to them as of now, and learns of nobody else."""

from collections.abc import Iterator

import polars as pl
import pytest

from import_runs import Home, panel
from signed_in_home import SignedInHome, signed_in_home
from stayline.domain.roles import Role
from stayline.web.calls import Call
from stayline.web.short_calls import ShortCalls


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedInHome]:
    with signed_in_home(tmp_path_factory.mktemp("lines")) as home:
        yield home


def seen(home: SignedInHome, manager: str | None, person: str) -> bool:
    """Whether a manager gets to a person; of the others nothing is answered but that."""
    headers = home.bearer(roles=["manager"], employee_id=manager)
    before = outside(home)
    home.client.get(f"/v1/employees/{person}", headers=headers)
    viewed = outside(home) - before
    home.client.post("/v1/predict", headers=headers, json={"employee_id": person})
    assert outside(home) - before == 2 * viewed
    return not viewed


def outside(home: SignedInHome) -> int:
    """Return how many refusals of people outside a line are on record."""
    return sum(because == "outside_line" for _, _, because in home.refusals())


@pytest.mark.parametrize(
    ("manager", "person", "is_seen"),
    [
        ("1", "11", True),
        ("0", "11", True),
        ("0", "101", True),
        ("1", "101", True),
        ("1", "21", False),
        ("11", "1", False),
        ("1", "1", False),
        ("0", "0", False),
        ("1", "0", False),
        ("1", "10", False),
        ("10", "101", False),
        ("900", "11", False),
        ("1", "900", False),
        (None, "11", False),
        ("", "11", False),
        (" 1 ", "11", True),
    ],
)
def test_a_line_holds_who_reports_at_any_depth_and_nobody_else(home, manager, person, is_seen):
    assert seen(home, manager, person) is is_seen


def test_somebody_outside_is_answered_letter_for_letter_as_somebody_unknown(home):
    headers = home.bearer(roles=["manager"], employee_id="1")
    for send in (
        lambda person: home.client.get(f"/v1/employees/{person}", headers=headers),
        lambda person: home.client.post(
            f"/v1/employees/{person}/decisions", headers=headers, json={"action": "x"}
        ),
        lambda person: home.client.post(
            "/v1/predict", headers=headers, json={"employee_id": person, "Pay": "wrong"}
        ),
        lambda person: home.client.post(
            "/v1/predict", headers=headers, json={"instances": [{"employee_id": person}]}
        ),
    ):
        told = set()
        for person in ("21", "10", "900"):
            answer = send(person)
            told.add((answer.status_code, answer.text.replace(f'"employee_id":"{person}"', "")))
        assert len(told) == 1


def test_fields_of_nobody_are_anybody_s_to_ask_about(home):
    headers = home.bearer(roles=["manager"], employee_id=None)
    answer = home.client.post("/v1/predict", headers=headers, json={"Pay": 10})
    assert answer.json()["type"].endswith("nothing-deployed")


def test_another_role_beside_manager_reaches_everybody(home):
    headers = home.bearer(roles=["manager", "hr_partner"], employee_id="1")
    assert home.client.get("/v1/employees/21", headers=headers).status_code == 200


def test_looking_outside_the_line_stands_in_the_audit_log_by_token(home):
    headers = home.bearer(sub="u-7", roles=["manager"], employee_id="1")
    home.client.get("/v1/employees/21", headers=headers)
    event = next(e for e in reversed(home.ports.audit.events()) if e.kind == "access.refused")
    assert event.actor == "u-7"
    assert event.details == {"operation": "view_employee", "because": "outside_line"}
    found = home.ports.directory.find(event.subject)
    assert found is not None
    assert found.hr_id == "21"


def test_the_fast_lane_keeps_to_the_line_too(home):
    lane = ShortCalls(home.client.app.state.gateway)

    def asked(person: str, roles: list[str], **claims: object) -> bytes:
        headers = home.bearer(roles=roles, employee_id="1", **claims)
        named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        kind = (b"content-type", b"application/json")
        body = b'{"employee_id": "%s"}' % person.encode()
        call = Call("POST", "/v1/predict", b"", (*named, kind), body, "203.0.113.9")
        assert lane.accepts(call)
        return lane.answers([call])[0].body

    before = outside(home)
    assert b"nothing-deployed" in asked("11", ["manager"])
    assert outside(home) == before
    asked("21", ["manager"])
    assert outside(home) == before + 1
    assert b"not-permitted" in asked("11", ["auditor"])
    assert b"not-signed-in" in asked("11", list(Role), exp=1)


def test_a_caller_whose_key_must_be_asked_for_goes_the_long_way(home):
    lane = ShortCalls(home.client.app.state.gateway)
    token = home.bearer(named="made-up")["Authorization"].encode()
    kind = (b"content-type", b"application/json")
    call = Call("POST", "/v1/predict", b"", ((b"authorization", token), kind), b"{}", "::1")
    lane.accepts(call)
    home.client.post("/v1/predict", headers={"Authorization": token.decode()}, json={"Pay": 1})
    assert lane.accepts(call)  # just asked for, so it is refused at once


def test_a_mover_s_access_ends_with_the_next_import(tmp_path):
    with signed_in_home(tmp_path) as home:
        assert (seen(home, "1", "11"), seen(home, "2", "11")) == (True, False)
        import_again(home, Id="11", Boss="2")
        assert (seen(home, "1", "11"), seen(home, "2", "11")) == (False, True)


def test_a_manager_who_leaves_sees_nobody_from_the_next_import_on(tmp_path):
    with signed_in_home(tmp_path) as home:
        assert seen(home, "1", "11")
        import_again(home, Id="1", LastDay="2020-03-15", Why="Resignation")
        assert not seen(home, "1", "11")
        assert seen(home, "0", "11")


def test_circles_among_managers_end(tmp_path):
    with signed_in_home(tmp_path) as home:
        import_again(home, Id="1", Boss="11")
        assert seen(home, "1", "11")
        assert seen(home, "11", "1")
        assert not seen(home, "1", "1")
        assert not seen(home, "0", "11")


def import_again(home: SignedInHome, *, Id: str, **changed: str) -> None:  # noqa: N803  (a column)
    """Import a later extract in which one person differs."""

    rows = panel(110, 4).filter(pl.col("Snapshot") == "2020-04-01", pl.col("Id") == Id)
    rows = rows.with_columns(**{name: pl.lit(value) for name, value in changed.items()})
    again = Home(home.folder, home.clock)
    rows.write_csv(home.folder / "again.csv")
    assert again.take(home.folder / "again.csv").landed == 1
