"""The pages on privacy, asked for without a browser: what they show, take, refuse and note."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from import_runs import Home
from portal_visits import Visitor, visitor
from privacy_home import fill, keep_report, purge
from signed_in_home import imported
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.retention import LegalHold
from stayline.domain.register.rights import RightsRequest
from stayline.settings import Settings
from stayline.web.app import create_app

PEOPLE = ["21", "22", "23", "24", "25", "26"]
PAGES = (
    *("", "/requests", "/opt-outs", "/holds", "/retention", "/retention/next"),
    *("/audit", "/compliance", "/register", "/register/legal-hold", "/register/purge-run"),
)
HOSTILE = "\"'><script>alert(1)</script>{{7*7}}\u202e javascript:alert(2)"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home with its people imported, and without a model."""
    return imported(tmp_path_factory.mktemp("privacy")).folder


@pytest.fixture
def home(people: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(people, tmp_path / "home")))


@pytest.fixture
def filled(home: Home) -> Home:
    fill(home.ports, Settings(home=home.folder), PEOPLE)
    return home


@pytest.fixture
def visit(home: Home) -> Iterator[Visitor]:
    app = create_app(home.ports, Settings(home=home.folder), environment={})
    with visitor(app) as visit:
        yield visit


@pytest.fixture
def officer(visit: Visitor) -> Visitor:
    visit.sign_in("privacy_officer", name="dora")
    return visit


def token(home: Home, hr_id: str) -> EmployeeToken:
    return pseudonym(home.ports.secrets.token_key(), hr_id)


def kinds(home: Home) -> list[AuditEventKind]:
    return [event.kind for event in home.ports.audit.events()]


def requests_of(home: Home) -> list[RightsRequest]:
    return [entry.record for entry in home.ports.register.entries(RightsRequest)]


def opening(visit: Visitor, **changed: str) -> dict[str, str]:
    once = re.search(r'name="once" value="([^"]+)"', visit.get("/portal/privacy/requests").text)
    assert once is not None
    usual = {"employee_id": "21", "kind": "access", "jurisdiction": "EU", "received_on": ""}
    return usual | {"once": once[1]} | changed


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_with_and_without_anything_on_record(
    home: Home, officer: Visitor, page: str
) -> None:
    assert officer.get(f"/portal/privacy{page}").status_code == 200
    fill(home.ports, Settings(home=home.folder), PEOPLE)
    answer = officer.get(f"/portal/privacy{page}")
    assert answer.status_code == 200
    assert len(answer.content) < 150 * 1024


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_an_hr_id_or_a_name(filled: Home, officer: Visitor, page: str) -> None:
    main = officer.get(f"/portal/privacy{page}").text.split("<main")[1]
    assert "Person 2" not in main
    assert not re.search(r">\s*2[1-6]\s*<", re.sub(r'class="number">[^<]*<', "<", main))


def test_requests_are_told_by_deadline_in_words(filled: Home, officer: Visitor) -> None:
    text = officer.get("/portal/privacy/requests").text
    places = [text.index(word) for word in ("Overdue", "Due soon", "Open", "Answered in time")]
    assert places == sorted(places)
    assert "days overdue" in text
    assert token(filled, PEOPLE[0]) in text
    assert "1 overdue" in officer.get("/portal/privacy").text


def test_a_request_is_opened_extended_and_answered(home: Home, officer: Visitor) -> None:
    answer = officer.post("/portal/privacy/requests", **opening(officer))
    assert answer.status_code == 200
    assert "The request is on record." in answer.text
    place = answer.url.path
    UUID(place.rpartition("/")[2])
    answer = officer.post(f"{place}/extend", reason="Captures of years have to be read.")
    assert "two months more" in answer.text
    answer = officer.post(f"{place}/close", outcome="Handed over in person.")
    assert "The request is answered." in answer.text
    (request,) = requests_of(home)
    assert request.subject == token(home, "21")
    assert request.outcome == "Handed over in person."
    assert request.extended_on == request.closed_on == home.clock.now().date()
    assert kinds(home)[-3:] == [
        AuditEventKind.RIGHTS_REQUEST_RECEIVED,
        AuditEventKind.REGISTER_ENTRY_ADDED,
        AuditEventKind.RIGHTS_REQUEST_CLOSED,
    ]
    assert all(event.subject != "21" for event in home.ports.audit.events()[-3:])


def test_a_form_sent_twice_opens_one_request_and_two_forms_open_two(
    home: Home, officer: Visitor
) -> None:
    fields = opening(officer)
    first = officer.post("/portal/privacy/requests", **fields)
    assert officer.post("/portal/privacy/requests", **fields).url.path == first.url.path
    assert len(requests_of(home)) == 1
    officer.post("/portal/privacy/requests", **opening(officer))
    assert len(requests_of(home)) == 2


def test_the_form_of_one_person_never_changes_the_request_of_another(
    home: Home, officer: Visitor
) -> None:
    fields = opening(officer)
    officer.post("/portal/privacy/requests", **fields)
    officer.post("/portal/privacy/requests", **fields | {"employee_id": "22"})
    assert {one.subject for one in requests_of(home)} == {token(home, "21"), token(home, "22")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"employee_id": ""},
        {"employee_id": "x" * 65},
        {"kind": "revenge"},
        {"jurisdiction": "XX"},
        {"received_on": "yesterday"},
        {"received_on": "2999-01-01"},
    ],
)
def test_what_cannot_be_opened_is_told_and_what_was_filled_in_stays(
    home: Home, officer: Visitor, wrong: dict[str, str]
) -> None:
    fields = opening(officer, **{"employee_id": "4711"} | wrong)
    answer = officer.post("/portal/privacy/requests", **fields)
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    if "employee_id" not in wrong:
        assert 'value="4711"' in answer.text
    assert requests_of(home) == []


def test_a_closed_request_cannot_be_closed_again_and_an_outcome_is_never_lost(
    home: Home, officer: Visitor
) -> None:
    place = officer.post("/portal/privacy/requests", **opening(officer)).url.path
    answer = officer.post(f"{place}/close", outcome="Long words.", closed_on="2999-01-01")
    assert answer.status_code == 422
    assert "Long words." in answer.text
    assert officer.post(f"{place}/close", outcome="Done.").status_code == 200
    assert officer.post(f"{place}/close", outcome="Again.").status_code == 422
    assert requests_of(home)[0].outcome == "Done."


def test_an_opt_out_is_recorded_once_and_ended(home: Home, officer: Visitor) -> None:
    fields = {"employee_id": "31", "kind": "objection", "channel": "paper", "reason": "I object."}
    for _ in range(2):
        answer = officer.post("/portal/privacy/opt-outs", **fields)
        assert "out of scoring from now on" in answer.text
    (out,) = home.ports.opt_outs.intervals(token(home, "31"))
    assert (out.kind, out.channel, out.reason) == ("objection", "paper", "I object.")
    assert token(home, "31") in answer.text
    assert "I object." not in answer.text
    assert all("31" not in str(request.url) for request in answer.history)
    end = {"employee_id": "31", "kind": "", "channel": "email"}
    answer = officer.post("/portal/privacy/opt-outs/end", **end)
    assert "Nothing bars scoring of the person any more." in answer.text
    (ended,) = [one for one in home.ports.audit.events() if one.kind is AuditEventKind.OPTED_IN]
    assert (ended.details["kind"], ended.details["channel"]) == ("all", "email")
    assert not home.ports.opt_outs.is_opted_out(token(home, "31"), at=home.clock.now())
    assert kinds(home)[-1] is AuditEventKind.OPTED_IN
    answer = officer.post("/portal/privacy/opt-outs/end", **end)
    assert "Nothing had to end" in answer.text
    assert "has ended" not in answer.text


def test_what_bars_scoring_still_is_told_when_something_else_ends(officer: Visitor) -> None:
    for kind in ("opt_out", "objection"):
        fields = {"employee_id": "31", "kind": kind, "channel": "hr"}
        officer.post("/portal/privacy/opt-outs", **fields)
    answer = officer.post("/portal/privacy/opt-outs/end", **fields)
    assert "Scoring stays barred, since something else stands." in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"employee_id": "nobody"},
        {"kind": "whim"},
        {"channel": "dream"},
        {"received_on": "2999-01-01"},
        {"reason": "x" * 1001},
    ],
)
def test_an_opt_out_that_cannot_be_is_told_and_nothing_is_lost(
    home: Home, officer: Visitor, wrong: dict[str, str]
) -> None:
    usual = {"employee_id": "31", "kind": "opt_out", "channel": "hr", "reason": "My own words"}
    answer = officer.post("/portal/privacy/opt-outs", **usual | wrong)
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text
    assert (usual | wrong)["reason"] in answer.text
    assert ('id="out-day-wrong"' in answer.text) is ("received_on" in wrong)
    assert home.ports.opt_outs.everyone() == []


def test_a_hold_is_set_for_several_people_and_lifted(home: Home, officer: Visitor) -> None:
    fields = {"employee_ids": "41\n 42 \n\n", "matter": "EEOC 9", "reason": "A charge was filed."}
    for _ in range(2):
        assert "The hold stands." in officer.post("/portal/privacy/holds", **fields).text
    holds = home.ports.register.entries(LegalHold)
    assert {hold.record.subject for hold in holds} == {token(home, "41"), token(home, "42")}
    place = f"/portal/privacy/holds/{holds[0].entry_id}"
    assert "A charge was filed." in officer.get(place).text
    assert officer.post(f"{place}/lift", reason="").status_code == 422
    assert "has ended" in officer.post(f"{place}/lift", reason="It is settled.").text
    assert officer.post(f"{place}/lift", reason="Again.").status_code == 404


def test_the_next_purge_is_the_one_that_the_page_of_the_job_tells(officer: Visitor) -> None:
    job = officer.get("/portal/watch/jobs/purge").text
    (told,) = re.findall(r"<dt>Next</dt><dd>(.*?)</dd>", job)
    assert f"<dt>Next purge</dt><dd>{told}<" in officer.get("/portal/privacy/retention").text


def test_the_page_on_retention_tells_how_long_the_history_of_features_stays(
    home: Home, officer: Visitor
) -> None:
    place, file = "/portal/privacy/retention", home.folder / "governance.toml"
    assert "it stays, since models learn from it" in officer.get(place).text
    file.write_text("[retention]\nfeature_history_days = 1500\n")
    assert "1,500 days, as" in officer.get(place).text


def test_a_reason_as_long_as_its_field_permits_is_taken(home: Home, officer: Visitor) -> None:
    def longest(place: str) -> str:
        found = re.search(r'name="reason"[^>]* maxlength="(\d+)"', officer.get(place).text)
        return "x" * int(found[1])

    place = "/portal/privacy/holds"
    fields = {"employee_ids": "41", "matter": "EEOC 9", "reason": longest(place)}
    assert "The hold stands." in officer.post(place, **fields).text
    (hold,) = home.ports.register.entries(LegalHold)
    one = f"{place}/{hold.entry_id}"
    assert "has ended" in officer.post(f"{one}/lift", reason=longest(one)).text


def test_no_address_says_that_something_was_done_but_to_who_did_it_just_now(
    home: Home, officer: Visitor
) -> None:
    for place in ("holds?done=set", "opt-outs?done=out", "requests?done=opened"):
        assert 'class="notice good"' not in officer.get(f"/portal/privacy/{place}").text
    fields = {"employee_ids": "41", "matter": "EEOC 9", "reason": "A charge was filed."}
    told = officer.post("/portal/privacy/holds", follow=False, **fields).headers["location"]
    assert "The hold stands." in officer.get(told).text
    home.clock.instant -= timedelta(seconds=2)
    assert "The hold stands." in officer.get(told).text, "another gateway's clock is behind"
    home.clock.instant += timedelta(seconds=2)
    elsewhere = told.replace("/holds", "/opt-outs")
    assert 'class="notice good"' not in officer.get(elsewhere).text
    home.clock.instant += timedelta(minutes=1)
    assert "The hold stands." not in officer.get(told).text
    told = officer.post("/portal/privacy/holds", follow=False, **fields).headers["location"]
    officer.sign_in("privacy_officer", name="dirk")
    assert "The hold stands." not in officer.get(told).text


def test_a_hold_that_has_stood_for_long_is_to_be_looked_at(filled: Home, officer: Visitor) -> None:
    assert "none to look at again" in officer.get("/portal/privacy").text
    filled.clock.instant += 180 * DAY
    officer.sign_in("privacy_officer", name="dora")
    assert "2 to look at again" in officer.get("/portal/privacy").text
    assert "Look again" in officer.get("/portal/privacy/holds").text


def test_too_many_people_for_one_form_are_told_to_take_the_command(
    home: Home, officer: Visitor
) -> None:
    many = "\n".join(map(str, range(101)))
    answer = officer.post("/portal/privacy/holds", employee_ids=many, matter="m", reason="r")
    assert answer.status_code == 422
    assert "at most 100 people" in answer.text
    assert home.ports.register.entries(LegalHold) == []


def test_the_audit_trail_is_searched_and_paged_without_a_name_in_any_address(
    home: Home, officer: Visitor
) -> None:
    viewed = AuditEvent(
        AuditEventKind.EMPLOYEE_VIEWED, "ana", token(home, "51"), home.clock.now(), {}
    )
    home.ports.audit.note([viewed] * 120)
    text = officer.get("/portal/privacy/audit").text
    seen = []
    while link := re.search(r'rel="next" href="([^"]+)"', text):
        seen.append(text.count("employee.viewed</td>"))
        text = officer.get(link[1].replace("&amp;", "&")).text
    seen.append(text.count("employee.viewed</td>"))
    assert sum(seen) == 120
    answer = officer.post("/portal/privacy/audit", employee_id="51", actor="ana", kind="")
    assert answer.text.count("employee.viewed</td>") == 50
    told = "".join(str(one.url) for one in (*answer.history, answer))
    assert "ana" not in told.replace("/portal/privacy/audit", "").partition("sought=")[0]
    assert token(home, "51") not in told
    nobody = officer.post("/portal/privacy/audit", employee_id="52", actor="", kind="")
    assert "No event is of this kind" in nobody.text


def test_the_trail_is_narrowed_by_kind_and_day(filled: Home, officer: Visitor) -> None:
    today = filled.clock.now().date().isoformat()
    text = officer.get(
        f"/portal/privacy/audit?kind=legal_hold.set&since={today}&until={today}"
    ).text
    assert text.count("legal_hold.set</td>") == 2
    assert text.count("<tr><th") == 2
    text = officer.get("/portal/privacy/audit?until=2001-01-01").text
    assert "No event is of this kind" in text


@pytest.mark.parametrize(
    "query",
    [
        *("kind=nothing", "since=never", "until=9999-12-31", "sought=forged", "since=0001-01-01"),
    ],
)
def test_wrong_questions_to_the_trail_are_answered_in_words(officer: Visitor, query: str) -> None:
    answer = officer.get(f"/portal/privacy/audit?{query}")
    assert answer.status_code in (200, 422)
    assert "The server failed" not in answer.text


@pytest.mark.parametrize("before", ["x", "0", "-1", "\u00b2", "99999999999999999999"])
def test_a_place_in_the_trail_that_there_is_not_leads_to_the_newest_events(
    officer: Visitor, before: str
) -> None:
    answer = officer.get(f"/portal/privacy/audit?kind=legal_hold.set&before={before}")
    assert answer.status_code == 404
    assert f"The list has no page &#39;{before[:20]}&#39;" in answer.text
    assert 'href="/portal/privacy/audit?kind=legal_hold.set"' in answer.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"since": "2026-02-01", "until": "2026-01-01"}, "expected the first day or a later one"),
        ({"employee_id": "1", "subject": "2"}, "goes without another subject"),
        ({"kind": "nothing"}, "expected one of"),
    ],
)
def test_a_search_that_cannot_be_is_told_and_stays_filled_in(
    officer: Visitor, fields: dict[str, str], told: str
) -> None:
    officer.get("/portal/privacy/audit")
    answer = officer.post("/portal/privacy/audit", actor="ana", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="ana"' in answer.text


def test_the_chain_is_told_as_last_found_and_never_walked_by_a_page(
    filled: Home, officer: Visitor
) -> None:
    before = len(kinds(filled))
    text = officer.get("/portal/privacy/audit").text
    assert "found whole" in text
    assert "anchored up to event" in text
    assert kinds(filled)[before:] == []


def test_a_broken_chain_is_told_until_a_checkpoint_was_signed_after_it(
    filled: Home, officer: Visitor
) -> None:
    def note(kind: AuditEventKind, **details: int) -> None:
        at = filled.clock.now()
        filled.ports.audit.append(AuditEvent(kind, "dora", "audit-log", at, details))

    filled.clock.instant += timedelta(minutes=1)
    note(AuditEventKind.AUDIT_LOG_VERIFIED, problems=2)
    assert "found broken" in officer.get("/portal/privacy").text
    filled.clock.instant += timedelta(minutes=1)
    note(AuditEventKind.CHECKPOINT_SIGNED, position=3)
    assert "found broken" not in officer.get("/portal/privacy").text


def test_counting_the_next_purge_removes_and_notes_nothing(filled: Home, officer: Visitor) -> None:
    before = len(kinds(filled))
    assert "Nothing was removed." in officer.get("/portal/privacy/retention/next").text
    assert kinds(filled)[before:] == []


def test_what_is_told_of_the_next_purge_is_what_it_then_takes(
    filled: Home, officer: Visitor
) -> None:
    ports, settings = filled.ports, Settings(home=filled.folder)
    ports.capture.append(
        [
            CaptureRecord(
                f"event-{number}",
                filled.clock.now() - number * timedelta(hours=1),
                "{}",
                f'{{"token":"{token(filled, PEOPLE[number % 6])}","risk":0.1}}',
            )
            for number in range(200)
        ]
    )
    filled.clock.instant += 178 * DAY
    officer.sign_in("privacy_officer", name="dora")
    for _ in range(2):  # from the files, and from what was kept of them
        text = officer.get("/portal/privacy/retention/next").text
        shown = {
            store: int(re.findall(r'class="number">([\d,]+)<', row)[-2].replace(",", ""))
            for store, row in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', text)
        }
    went = {plan.store: plan.deleted for plan in purge(ports, settings).stores}
    assert shown == went
    assert 0 < shown["captured requests"] < 200


def test_two_rules_that_contradict_each_other_are_told_with_both_sides(
    home: Home, officer: Visitor
) -> None:
    (home.folder / "governance.toml").write_text('[retention]\njurisdictions = ["US-CA"]\n')
    text = officer.get("/portal/privacy/retention").text
    assert "Two rules contradict each other" in text
    assert "2 CCR 11013(c)" in text


@pytest.mark.parametrize(
    "path", ["requests/nothing", "holds/nothing", "compliance/x", "register/x"]
)
def test_what_is_not_there_is_told_as_a_page(officer: Visitor, path: str) -> None:
    answer = officer.get(f"/portal/privacy/{path}")
    assert answer.status_code in (404, 422)
    assert answer.text.startswith("<!doctype html>")


def test_hostile_words_on_record_stay_text(home: Home, officer: Visitor) -> None:
    fields = opening(officer)
    place = officer.post("/portal/privacy/requests", **fields).url.path
    officer.post(f"{place}/extend", reason=HOSTILE)
    officer.post(f"{place}/close", outcome=HOSTILE)
    officer.post("/portal/privacy/holds", employee_ids="41", matter=HOSTILE, reason=HOSTILE)
    home.ports.audit.append(
        AuditEvent(AuditEventKind.PILOT_SET, HOSTILE, HOSTILE, home.clock.now(), {"by": HOSTILE})
    )
    (hold,) = home.ports.register.entries(LegalHold)
    shown = 0
    for path in (
        *(place, "/portal/privacy/holds", f"/portal/privacy/holds/{hold.entry_id}"),
        *("/portal/privacy/audit", "/portal/privacy/register/rights-request"),
        *("/portal/privacy/register/legal-hold", "/portal/privacy/requests", "/portal/privacy"),
    ):
        text = officer.get(path).text
        assert "<script" not in text
        is_shown = "&lt;script&gt;" in text
        assert ("{{7*7}}" in text) is is_shown
        shown += is_shown
    assert shown == 6


def test_a_report_is_listed_by_its_quarter_shown_and_taken_along(
    home: Home, officer: Visitor
) -> None:
    keep_report(home.ports, reason=HOSTILE)
    listed = officer.get("/portal/privacy/compliance").text
    assert "Core controls fail" in listed
    (link,) = re.findall(r'href="(/portal/privacy/compliance/[^"]+)"', listed)
    shown = officer.get(link)
    assert "1 core control fails" in shown.text
    assert "<script" not in shown.text
    assert "{{7*7}}" in shown.text
    assert len(shown.content) < 150 * 1024
    assert "1 fails" in officer.get("/portal/privacy").text
    taken = officer.get(f"{link}/files/RET-01.jsonl")
    assert taken.content == b"{}\n"
    assert taken.headers["content-disposition"] == 'attachment; filename="RET-01.jsonl"'
    assert taken.headers["x-content-type-options"] == "nosniff"
    for wrong in ("..%2f..%2fstate.db", "nothing.jsonl", "%22.txt"):
        assert officer.get(f"{link}/files/{wrong}").status_code == 404


def test_a_torn_report_is_told_in_words(home: Home, officer: Visitor) -> None:
    home.ports.reports.put("compliance", home.clock.now(), {"report.json": b'{"window":'})
    answer = officer.get("/portal/privacy/compliance")
    assert answer.status_code >= 400
    assert "report.json" in answer.text


def test_an_auditor_reads_and_finds_no_form(filled: Home, visit: Visitor) -> None:
    visit.sign_in("auditor", name="kim")
    for page in ("", "/requests", "/holds", "/retention", "/audit", "/compliance", "/register"):
        text = visit.get(f"/portal/privacy{page}").text
        forms = re.findall(r"<form[^>]*>", text)
        assert [form for form in forms if "sign-out" not in form and "search" not in form] == []
        assert "/portal/privacy/opt-outs" not in text.partition("<h1>")[0]
    refused = visit.get("/portal/privacy/opt-outs")
    assert refused.status_code == 403
    event = filled.ports.audit.events()[-1]
    assert event.kind is AuditEventKind.ACCESS_REFUSED
    assert event.details["operation"] == "see_opt_out"
    assert visit.post("/portal/privacy/holds", employee_ids="1").status_code == 403
    assert visit.post("/portal/privacy/requests", employee_id="1").status_code == 403
    assert visit.get("/portal/privacy/retention/next").status_code == 403


def test_an_auditor_reads_no_words_about_people(filled: Home, visit: Visitor) -> None:
    visit.sign_in("auditor", name="kim")
    (hold, _) = filled.ports.register.entries(LegalHold)
    entries = filled.ports.register.entries(RightsRequest)
    for path in (
        f"/portal/privacy/holds/{hold.entry_id}",
        *(f"/portal/privacy/requests/{entry.entry_id}" for entry in entries),
        *("/portal/privacy/register/legal-hold", "/portal/privacy/register/rights-request"),
    ):
        answer = visit.get(path)
        assert answer.status_code == 200
        assert "A charge was filed." not in answer.text
        assert "Captures of three years" not in answer.text
        assert "Scoring ended the same day." not in answer.text


def test_a_manager_has_no_way_in(visit: Visitor) -> None:
    visit.sign_in("manager", hr_id="11")
    assert "/portal/privacy" not in visit.get("/portal").text
    assert visit.get("/portal/privacy").status_code == 403


def test_no_form_is_taken_without_the_key_of_the_session(home: Home, officer: Visitor) -> None:
    answer = officer.post(
        "/portal/privacy/opt-outs", form_key="x", employee_id="31", kind="opt_out", channel="hr"
    )
    assert answer.status_code == 403
    assert home.ports.opt_outs.everyone() == []
