"""Opt-outs, requests, exports, corrections and the register at the command line."""

import json
import stat
import time
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
import typer

from command_runs import here
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.cli.app import app
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.register.rights import NoticeGiven
from stayline.ports.governance_register import Record
from stayline.settings import Settings

PERSON, OTHER = (str(number) for number in ibm_extract()["EmployeeNumber"].head(2))


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def day(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def test_opting_out_needs_no_more_words_than_opting_in_and_offers_no_fewer_options(home):
    out = here("opt-out", "set", PERSON, "--home", home)
    back = here("opt-out", "withdraw", PERSON, "--home", home)
    assert (out.code, back.code) == (0, 0)
    assert out.out.startswith("The person is not scored, since ")
    assert back.out == "The person may be scored again.\n"
    group = typer.main.get_command(app).commands["opt-out"].commands
    needed = {
        name: [p.name for p in group[name].params if p.required] for name in ("set", "withdraw")
    }
    assert needed == {"set": ["employee"], "withdraw": ["employee"]}


def test_an_objection_is_listed_with_its_words_for_who_may_see_it(home):
    since = f"{day(3)}T09:00:00Z"
    here(
        "opt-out", "set", PERSON, "--kind", "objection", "--channel", "works_council",
        "--reason", "I was never asked", "--effective-from", since, "--home", home,
    )  # fmt: skip
    (kept,) = here("opt-out", "list", "--json", "--home", home).json["opt_outs"]
    assert (kept["kind"], kept["channel"], kept["reason"]) == (
        "objection", "works_council", "I was never asked",
    )  # fmt: skip
    assert kept["since"] == since
    assert here("score", "--employee", PERSON, "--home", home).code == 1
    still = here("opt-out", "withdraw", PERSON, "--kind", "opt_out", "--home", home)
    assert still.out.startswith("The person is not scored")
    here("opt-out", "withdraw", PERSON, "--home", home)
    assert here("opt-out", "list", "--home", home).out == "Nobody has opted out.\n"
    assert len(here("opt-out", "list", "--all", "--json", "--home", home).json["opt_outs"]) == 1


def test_what_no_opt_out_can_hold_is_an_error_in_words(home):
    told = here(
        "opt-out", "set", PERSON, "--effective-from", "2999-01-01T00:00:00Z", "--home", home
    )
    assert (told.code, "until now" in told.err) == (1, True)
    assert here("opt-out", "set", "nobody-4711", "--home", home).code == 1


def test_requests_are_opened_extended_closed_and_listed_by_how_pressing_they_are(home):
    (home / "governance.toml").write_text('[rights]\njurisdiction = "IN"\ndue_soon_days = 5\n')
    opened = {}
    for kind, received, law in [
        ("access", day(40), "EU"), ("erasure", day(27), "US-CO"), ("grievance", day(40), ""),
        ("correction", day(1), "EU"),
    ]:  # fmt: skip
        told = here(
            "requests", "open", PERSON, "--kind", kind, "--received", received,
            "--jurisdiction", law, "--json", "--home", home,
        ).json  # fmt: skip
        opened[kind] = told["request_id"]
    listed = here("requests", "list", "--json", "--home", home).json
    assert [(one["request"]["kind"], one["standing"]) for one in listed["requests"]] == [
        ("access", "overdue"), ("erasure", "due_soon"), ("correction", "open"),
        ("grievance", "open"),
    ]  # fmt: skip
    assert (listed["overdue"], listed["due_soon"]) == (1, 1)
    late = here("requests", "extend", opened["access"], "--reason", "Long.", "--home", home)
    assert (late.code, "within it" in late.err) == (1, True)
    longer = here("requests", "extend", opened["correction"], "--reason", "Large", "--home", home)
    assert longer.code == 0
    closed = here("requests", "close", opened["access"], "--outcome", "Sent.", "--home", home)
    assert "which is too late" in closed.out
    assert here("requests", "close", "none", "--outcome", "x", "--home", home).code == 1
    kinds = [event.kind for event in build(Settings(home=home)).audit.events(limit=8)]
    assert kinds.count(AuditEventKind.RIGHTS_REQUEST_RECEIVED) == 4
    assert kinds.count(AuditEventKind.RIGHTS_REQUEST_CLOSED) == 1
    assert "overdue" not in here("requests", "list", "--home", home).out


def test_an_export_is_two_files_that_only_their_owner_reads_and_is_never_mixed(home, tmp_path):
    here("score", "--employee", PERSON, "--home", home)
    out = tmp_path / "for-them"
    done = here("export-person", PERSON, "--out", out, "--home", home)
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["export.html", "export.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    told = json.loads((out / "export.json").read_text())
    assert told["identity"][0]["hr_id"] == PERSON
    assert told["scores"][0]["in_words"]
    again = here("export-person", OTHER, "--out", out, "--home", home)
    assert (again.code, "not empty" in again.err) == (1, True)
    assert json.loads((out / "export.json").read_text()) == told
    assert [path.name for path in tmp_path.iterdir() if "export-" in path.name] == []


def test_a_correction_tells_the_fields_and_no_value(home):
    done = here(
        "correct", PERSON, "--set", "MonthlyIncome=19999", "--reason", "The slip says so.",
        "--home", home,
    )  # fmt: skip
    assert done.out.startswith("Corrected: MonthlyIncome, as of ")
    assert "19999" not in done.out
    wrong = here(
        "correct", PERSON, "--set", "Gender=X", "--reason", "They asked us.", "--home", home
    )
    assert (wrong.code, "protected" in wrong.err) == (1, True)


def test_records_of_every_kind_can_be_added_and_listed(home):
    kinds = here("register", "kinds", "--json").json
    assert len(kinds) == len(get_args(Record))
    added = here(
        "register", "add", "OverseerTraining", "--field", "subject=lee", "--field", "course=AI",
        "--field", "authority=team lead", "--field", "valid_from=2026-01-01",
        "--field", "valid_until=2027-01-01", "--home", home,
    )  # fmt: skip
    assert added.out.startswith("1 put on record as OverseerTraining.")
    (entry,) = here("register", "list", "overseer-training", "--json", "--home", home).json[
        "entries"
    ]
    assert entry["record"]["valid_from"] == "2026-01-01T00:00:00Z"
    told = here("register", "list", "overseer-training", "--home", home).out
    assert "team lead" in told
    for name in kinds:
        assert here("register", "list", name, "--home", home).code == 0


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("miracle", ["subject=a"], "no such kind"),
        ("purge-run", ["subject=a"], "only the system itself"),
        ("incident", ["subject=a", "is_drill=perhaps"], "is_drill: expected yes or no"),
        ("incident", ["is_drill=yes"], "subject: it is missing"),
        ("notice-given", ["employee_id=1", "given_at=2026-01-01T00:00:00"], "with its zone"),
        ("document", ["subject=dpia", "dated_on=soon"], "dated_on: expected a day"),
        ("rights-request", ["employee_id=1", "kind=wish"], "kind: expected one of access"),
        ("hr-event", ["employee_id=1", "shoes=42"], "'shoes' is no field"),
        (
            "overseer-training",
            ["subject=l", "course=c", "authority=a", "valid_from=2027-01-01",
             "valid_until=2026-01-01"],
            "valid_until: expected a time after valid_from",
        ),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_is_refused_in_words(home, kind, fields, told):
    words = [word for field in fields for word in ("--field", field)]
    done = here("register", "add", kind, *words, "--home", home)
    assert done.code == 1
    assert told in done.err


def test_a_record_under_an_id_replaces_what_stood_there(home):
    fields = ["--field", "subject=i-1", "--field", "is_drill=no", "--field", "jurisdictions=EU;IN"]
    aware = ["--field", "aware_at=2026-03-01T08:00:00Z"]
    here("register", "add", "incident", *fields, *aware, "--id", "i-1", "--home", home)
    more = ["--field", "authority_told_at=2026-03-02T08:00:00Z"]
    here("register", "add", "incident", *fields, *aware, *more, "--id", "i-1", "--home", home)
    (entry,) = here("register", "list", "incident", "--json", "--home", home).json["entries"]
    assert entry["record"]["jurisdictions"] == ["EU", "IN"]
    assert entry["record"]["authority_told_at"] == "2026-03-02T08:00:00Z"


def test_notices_are_given_one_by_one_or_by_file_and_twice_is_once(home, tmp_path):
    given = ["--version", "v1", "--language", "de", "--given-at", day(9), "--home", home]
    assert here("notices", "give", PERSON, *given).code == 0
    assert here("notices", "give", "representatives", *given).code == 0
    assert "already" in here("notices", "give", PERSON, *given).out
    file = tmp_path / "notices.csv"
    file.write_text(f"employee_id,notice_version,language,given_at\n{OTHER},v1,de,2026-01-05\n")
    assert here("notices", "import", file, "--home", home).out.startswith("1 notices put on record")
    again = here("notices", "import", file, "--json", "--home", home).json
    assert (again["new"], again["unchanged"]) == (0, 1)
    ports = build(Settings(home=home))
    subjects = [entry.record.subject for entry in ports.register.entries(NoticeGiven)]
    key = ports.secrets.token_key()
    assert subjects == [pseudonym(key, PERSON), "representatives", pseudonym(key, OTHER)]


def test_a_file_with_one_wrong_line_puts_nothing_on_record_and_tells_no_id(home, tmp_path):
    file = tmp_path / "notices.csv"
    file.write_text(
        "employee_id,notice_version,language,given_at\n4711,v1,de,2026-01-05\n4712,v1,de,soon\n"
    )
    done = here("notices", "import", file, "--home", home)
    assert done.code == 1
    assert "line 3: given_at: expected an instant" in done.err
    assert "471" not in done.err
    assert build(Settings(home=home)).register.entries(NoticeGiven) == []


def test_a_basis_is_on_record_and_in_the_audit_log_without_its_words(home):
    done = here(
        "bases", "set", "EU", "--basis", "legitimate_interests", "--basis", "legal_obligation",
        "--assessment", "balancing test of 2026", "--from", "2026-01-01", "--home", home,
    )  # fmt: skip
    assert done.out == "The basis for EU is on record.\n"
    (event,) = build(Settings(home=home)).audit.events(limit=1)
    assert event.kind is AuditEventKind.REGISTER_ENTRY_ADDED
    assert "balancing" not in str(event)


def test_notices_to_very_many_people_are_on_record_in_seconds(home, tmp_path):
    file = tmp_path / "notices.csv"
    lines = (f"{number},v1,de,2026-01-05T09:00:00Z\n" for number in range(20_000))
    file.write_text("employee_id,notice_version,language,given_at\n" + "".join(lines))
    began = time.process_time()
    done = here("notices", "import", file, "--json", "--home", home)
    assert done.json["new"] == 20_000
    assert time.process_time() - began < 15
    assert here("notices", "import", file, "--json", "--home", home).json["unchanged"] == 20_000
