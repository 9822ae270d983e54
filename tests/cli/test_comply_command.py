"""``stayline comply``: the table, the JSON form, the evidence files and the exit status."""

import hashlib
import json

import pytest

from command_runs import here
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.catalogue import CONTROLS
from stayline.domain.register.retention import LegalHold
from stayline.ports.governance_register import Entry
from stayline.settings import Settings
from stores import ANA

IDS = [question.control_id for questions in CONTROLS.values() for question in questions]


@pytest.fixture
def empty(tmp_path):
    build(Settings(home=tmp_path / "home"))
    return tmp_path / "home"


def test_an_empty_home_passes_nothing_that_records_would_have_to_show(empty):
    called = here("comply", "--home", empty, "--json")
    assert called.code == 0
    found = {one["id"]: one["status"] for one in called.json["controls"]}
    assert list(found) == IDS
    assert {found[name] for name in found if name.startswith(("RET", "HUM", "MOD"))} == {
        "NO_EVIDENCE", "NOT_APPLICABLE"
    }  # fmt: skip
    assert found["LOG-01"] == found["LOG-03"] == found["OPT-01"] == "NO_EVIDENCE"


def test_the_table_says_what_nothing_on_record_answers(empty):
    called = here("comply", "--home", empty)
    assert called.code == 0
    assert all(name in called.out for name in IDS)
    assert "Nothing on record answers: RET-01" in called.out.splitlines()[-1]


def test_the_report_names_evidence_that_can_be_held_against_it(empty, tmp_path):
    out = tmp_path / "evidence"
    called = here("comply", "--home", empty, "--json", "--out", out)
    assert json.loads((out / "report.json").read_bytes()) == called.json
    for control in called.json["controls"]:
        assert {"id", "status", "reason", "counts", "evidence"} <= control.keys()
        content = (out / control["evidence"]["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == control["evidence"]["sha256"]
        assert len(content.splitlines()) == control["evidence"]["records"]
        assert all(json.loads(line).keys() == {"in", "record"} for line in content.splitlines())


def test_a_core_control_that_fails_ends_with_1_and_the_check_is_audited(empty):
    ports = build(Settings(home=empty))
    hold = LegalHold(ANA, "", "", ports.clock.now())
    ports.register.add([Entry("hold-1", hold, ports.clock.now(), "cleo")])
    called = here("comply", "--home", empty, "--by", "auditor-7")
    assert called.code == 1
    assert "Failed: RET-03." in called.out
    event = ports.audit.events(limit=1)[0]
    assert (event.kind, event.actor) == (AuditEventKind.COMPLIANCE_CHECKED, "auditor-7")
    assert event.details["FAIL"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--quarter", "2026-Q5"],
        ["--quarter", "2026-Q1", "--since", "2026-01-01"],
        ["--quarter", "2999-Q1"],
        ["--since", "2026-02-01", "--until", "2026-01-01"],
    ],
)
def test_a_window_that_cannot_be_is_refused_in_words(empty, words):
    called = here("comply", "--home", empty, *words)
    assert called.code == 1
    assert called.err.startswith("Error: ")


def test_a_window_of_the_past_ends_when_it_says(empty):
    called = here("comply", "--home", empty, "--quarter", "2026-Q2", "--json")
    assert called.json["window"] == {
        "since": "2026-04-01T00:00:00Z", "until": "2026-07-01T00:00:00Z"
    }  # fmt: skip


def test_a_home_that_is_not_there_is_not_made(tmp_path):
    assert here("comply", "--home", tmp_path / "nowhere").code == 1
    assert not (tmp_path / "nowhere").exists()
