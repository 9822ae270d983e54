"""Groups, data, notices, access and documents: from a home's own records to a report."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from answerable_home import DAY, AnswerableHome, make_answerable
from answerable_papers import put_papers_on_file
from command_runs import here
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.verdicts import Status
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.register.accountability import Incident
from stayline.domain.register.rights import NoticeGiven, RequestKind, RightsRequest
from stayline.ports.governance_register import Entry
from stayline.settings import Settings

FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE
OURS = ("FAIR", "DATA", "TRA", "SEC", "ACC")
UNANSWERED = {"FAIR-03", "FAIR-06", "DATA-02"}
"""The small model comes without a fairness audit, and no window was watched."""
SCORED_UNLIKE = "FAIR-04"
"""IBM's younger people are above the median more often: they do leave more often."""


def _of_ours(statuses):
    return {name: found for name, found in statuses.items() if name.startswith(OURS)}


@pytest.fixture(scope="module")
def in_order(ibm_home, tmp_path_factory):
    """A home in which everybody is scored and everything is on file, and how it comes out."""
    folder = tmp_path_factory.mktemp("papers") / "home"
    home = Path(shutil.copytree(ibm_home, folder))
    assert here("score", "--all", "--home", home).code == 0
    made = make_answerable(home)
    put_papers_on_file(made)
    return made, made.statuses()


@pytest.fixture
def answerable(in_order, tmp_path):
    made, _ = in_order
    home = Path(shutil.copytree(made.home, tmp_path / "home"))
    return AnswerableHome(home, build(Settings(home=home)), made.now, made.newest)


def test_a_home_with_everything_on_file_passes_all_that_its_records_can_show(in_order):
    _, statuses = in_order
    ours = _of_ours(statuses)
    assert {name for name, found in ours.items() if found is FAIL} == {SCORED_UNLIKE}
    assert {name for name, found in ours.items() if found is NO_EVIDENCE} == UNANSWERED


def somebody_reads_a_score_of_another_line(home):
    home.happened(
        AuditEventKind.EMPLOYEE_VIEWED, home.token("2"), at=home.later - timedelta(minutes=1),
        shown_score=True, shown_reasons=True, band="low", reach="own_line",
        employee=home.token("9"),
    )  # fmt: skip


def somebody_who_left_reads_a_score(home):
    day = (home.now - 10 * DAY).date()
    gone = PersonOutcome(home.token("9"), day, home.now, left_on=day)
    home.ports.outcomes.add([gone])
    home.happened(
        AuditEventKind.EMPLOYEE_VIEWED, home.token("2"), shown_score=True, shown_reasons=True,
        band="low", reach="everyone", employee=home.token("9"),
    )  # fmt: skip


def an_address_is_in_the_audit_log(home):
    home.happened(AuditEventKind.FEATURES_READ, "nameless", because="mail to ana@example.org")


def a_file_stands_open(home):
    home.home.chmod(0o755)
    (home.home / "notes.md").write_text("What we think of people.")
    for path in home.home.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (home.home / "notes.md").chmod(0o644)


def somebody_was_not_told(home):
    (entry, *_) = home.ports.scores.entries()
    (notice,) = home.ports.register.entries(NoticeGiven, subject=entry.token)
    late = replace(notice.record, given_at=home.later)
    home.ports.register.add([Entry(notice.entry_id, late, home.later, "privacy-officer")])


def an_explanation_is_late(home):
    day = (home.now - 60 * DAY).date()
    late = RightsRequest(
        home.token("7"), RequestKind.EXPLANATION, "US-CO", day, day + 30 * DAY, None
    )
    home.put_on_file("request-9", late)


def an_incident_is_told_late(home):
    aware = home.now - 20 * DAY
    late = Incident("breach-1", False, aware, ("EU",), aware + timedelta(hours=72, seconds=1))
    home.put_on_file("breach-1", late)


def the_retention_configuration_changes(home):
    (home.home / "governance.toml").write_text("[retention]\nraw_inputs_days = 170\n")


def the_purpose_changes(home):
    (home.home / "governance.toml").write_text('[organisation]\npurpose = "pay reviews"\n')


def a_feature_lies_in_the_future(home):
    """Let the sampled answer rest on a fact that the store holds as of a later day."""
    record = home.captured()
    token = msgspec.json.decode(record.answer)["token"]
    known = home.ports.features.newest([token])
    changed = known.drop("write_time").with_columns(
        pl.lit(home.later + DAY).cast(pl.Datetime("us", "UTC")).alias("event_time"),
        (pl.col("MonthlyIncome") + 1).alias("MonthlyIncome"),
    )
    home.ports.features.put("features", changed, written_at=home.later)
    request = msgspec.json.decode(record.request)
    request["MonthlyIncome"] += 1
    home.ports.capture.append(
        [replace(record, event_id="later", request=msgspec.json.encode(request).decode())]
    )
    home.ports.capture.flush()


FAULTS = {
    somebody_reads_a_score_of_another_line: "SEC-01",
    somebody_who_left_reads_a_score: "SEC-01",
    an_address_is_in_the_audit_log: "SEC-02",
    a_file_stands_open: "SEC-02",
    an_incident_is_told_late: "SEC-03",
    somebody_was_not_told: "TRA-01",
    an_explanation_is_late: "TRA-02",
    the_retention_configuration_changes: "ACC-01",
    the_purpose_changes: "ACC-02",
    a_feature_lies_in_the_future: "DATA-01",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_the_records_flips_its_control_and_no_other_of_these(
    in_order, answerable, fault
):
    fault(answerable)
    before, found = _of_ours(in_order[1]), _of_ours(answerable.statuses())
    assert {name: found[name] for name in found if found[name] is not before[name]} == {
        FAULTS[fault]: FAIL
    }


def test_an_empty_home_passes_nothing_that_only_records_can_show(home):
    out = here("comply", "--json", "--home", home)
    statuses = {one["id"]: one["status"] for one in out.json["controls"]}
    assert len(statuses) == 44
    passed = {name for name, status in _of_ours(statuses).items() if status == "PASS"}
    assert passed == {"SEC-02", "ACC-04"}


def test_report_page_and_evidence_stand_beside_each_other_with_right_digests(answerable, tmp_path):
    out = here("comply", "--json", "--out", tmp_path / "out", "--home", answerable.home)
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert report == out.json
    for control in report["controls"]:
        content = (tmp_path / "out" / control["evidence"]["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == control["evidence"]["sha256"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert all(f'id="{control["id"]}"' in page for control in report["controls"])
    assert "<script" not in page
    assert 'src="' not in page
    tables = report["bias_tables"]["tables"]
    told = {(one["title"], one["reading"]): one for one in tables}
    assert len(tables) == 9
    sexes = told["Sex", "not flagged"]
    assert [row["category"] for row in sexes["rows"]] == ["Male", "Female"]
    assert sum(row["n"] for row in sexes["rows"]) == report["bias_tables"]["people"]
    assert told["Race and ethnicity", "flagged"]["missing"].startswith("The data do not tell")
