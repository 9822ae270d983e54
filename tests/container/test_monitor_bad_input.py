"""What a monitoring job does with input that is not as it should be: count it, or refuse it."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor_jobs import (
    END,
    HOUR,
    SOURCE,
    SPAN,
    START,
    give_answers,
    give_labels,
    message,
    monitor_job,
    outputs,
    place,
    records,
    watched,
)
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Intake
from stayline.formats.capture_records import ContentRules, capture_line

HIDDEN = "Maria-Magdalena"
SOME = 40
WITHOUT_RIGHTS = [
    "setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search",
]  # fmt: skip
"""What takes from root the right to read everything, so that it may read as little as others."""


def ended(job, code=0, **options):
    done = job.process("monitor", **{**SPAN, **options})
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return message(job)


def refused(job, **options):
    """Return why the job failed, which left no report."""
    told = ended(job, 1, **options)
    assert (job.root / "output" / "failure").read_text() == told
    assert not outputs(job)
    return told


def ended_without_rights(job, code=0):
    """Run the job as somebody whom the rights of files bind."""
    command = [*(WITHOUT_RIGHTS if os.geteuid() == 0 else []), "python", "-m"]
    done = job.start([*command, "stayline.container", "monitor"], SPAN)
    assert done.returncode == code, done.stdout + done.stderr
    return message(job)


@pytest.fixture(scope="module")
def answers(package):
    return records(package, package.people.head(SOME))


def test_torn_foreign_and_repeated_lines_are_counted_and_the_others_survive(
    tmp_path, package, answers
):
    torn = capture_line(replace(answers[0], event_id="torn"), ContentRules())[:-20]
    again = capture_line(answers[-1], ContentRules())
    tail = again + b"nonsense\n" + HIDDEN.encode() + b"\n" + torn
    job = monitor_job(tmp_path, package)
    give_answers(job, answers, tail)
    told = ended(job)
    assert watched(job).intake == Intake(
        lines=SOME + 4,
        rows=SOME,
        faults={"duplicate event": 1, "no capture record": 2, "torn line": 1},
    )
    assert told.endswith(
        f"{SOME} answers of {SOME + 4} captured lines; 0 empty hours; "
        "duplicate event 1, no capture record 2, torn line 1."
    )
    assert HIDDEN not in told


@pytest.mark.parametrize("odd", [b"[" * 100_000, b'{"captureData":"\xff"}', b"\x00", b"{}"])
def test_whatever_stands_in_a_line_costs_that_line_alone(tmp_path, package, answers, odd):
    job = monitor_job(tmp_path, package)
    give_answers(job, answers, odd + b"\n")
    ended(job)
    assert watched(job).intake.faults == {"no capture record": 1}
    assert watched(job).intake.rows == SOME


def test_requests_of_another_schema_are_counted(tmp_path, package, answers):
    other = replace(answers[0], request=answers[0].request.replace('"DailyRate"', f'"{HIDDEN}"'))
    job = monitor_job(tmp_path, package, [other, *answers[1:]])
    told = ended(job)
    assert watched(job).intake.faults == {"other schema": 1}
    assert watched(job).intake.rows == SOME
    assert HIDDEN not in told


def test_hours_without_an_answer_are_counted(tmp_path, package, answers):
    kept = [a for a in answers if a.inferred_at < START + HOUR or a.inferred_at >= END - HOUR]
    job = monitor_job(tmp_path, package, kept)
    assert "; 2 empty hours;" in ended(job)


def test_a_clock_that_jumped_is_counted(tmp_path, package, answers):
    ahead = replace(answers[3], inferred_at=answers[3].inferred_at + timedelta(days=400))
    job = monitor_job(tmp_path, package, [*answers[:3], *answers[4:]])
    first = job.root / place(START) / "part-0.jsonl"
    job.give(place(START), "part-1.jsonl", capture_line(ahead, ContentRules()))
    assert first.is_file()
    ended(job)
    assert watched(job).intake.faults == {"clock jump": 1}
    assert watched(job).intake.rows == SOME - 1


def test_answers_of_several_versions_need_to_know_whose_package_it_is(tmp_path, package, answers):
    mixed = [*answers[:30], *records(package, package.people.head(SOME), version=2)[30:]]
    job = monitor_job(tmp_path, package, mixed)
    told = refused(job)
    assert "'model_version'" in told
    assert "versions 1, 2" in told
    ended(job, model_version="2")
    assert watched(job).model_version == 2
    assert watched(job).intake.rows == SOME - 30
    assert watched(job).intake.faults == {"other version": 30}


def test_files_that_may_not_be_read_are_counted_by_what_they_are(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    line = capture_line(replace(answers[0], event_id="other"), ContentRules())
    job.give(place(START), "locked.jsonl", line)
    (job.root / place(START) / "locked.jsonl").chmod(0)
    locked = job.root / SOURCE / "attrition" / "locked"
    locked.mkdir(mode=0)
    try:
        told = ended_without_rights(job)
    finally:
        locked.chmod(0o700)
    assert watched(job).intake.faults == {"unreadable file": 1, "unreadable folder": 1}
    assert watched(job).intake.rows == SOME
    assert "unreadable file 1, unreadable folder 1" in told


def test_a_window_whose_files_may_not_be_read_is_not_taken_for_one_without_requests(
    tmp_path, package, answers
):
    job = monitor_job(tmp_path, package, answers)
    for path in (job.root / SOURCE).rglob("*.jsonl"):
        path.chmod(0)
    assert ended_without_rights(job).startswith("CompletedWithViolations: ")
    (failed,) = [f for f in watched(job).findings if f.verdict is Verdict.FAIL]
    assert failed.check == "no_data_check"
    assert failed.reason.endswith("no captured line could be read.")


def test_a_source_that_may_not_be_read_is_refused(tmp_path, package):
    job = monitor_job(tmp_path, package)
    source = job.root / SOURCE
    source.chmod(0)
    try:
        told = ended_without_rights(job, 1)
    finally:
        source.chmod(0o700)
    assert "dataset_source" in told
    assert not outputs(job)


def test_links_are_counted_and_not_followed(tmp_path, package, answers):
    job = monitor_job(tmp_path / "job", package, answers)
    outside = tmp_path / "outside" / "2025/03/03/08"
    outside.mkdir(parents=True)
    line = capture_line(replace(answers[0], event_id="other"), ContentRules())
    (outside / "part.jsonl").write_bytes(line)
    (job.root / place(START) / "link.jsonl").symlink_to(outside / "part.jsonl")
    (job.root / SOURCE / "link").symlink_to(tmp_path / "outside")
    (job.root / SOURCE / "nowhere.jsonl").symlink_to(tmp_path / "nothing")
    ended(job)
    assert watched(job).intake.faults == {"symbolic link": 3}
    assert watched(job).intake.rows == SOME


def test_files_and_folders_that_are_no_capture_are_passed_over(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    for folder in ("2025/03/03", "2025/13/03/08", "a/b/c/d"):
        job.give(f"{SOURCE}/{folder}", "part.jsonl", b"nonsense\n")
    job.give(place(START), "part-0.jsonl.tmp", b"nonsense\n")
    job.give(place(START), ".part-0.jsonl", b"nonsense\n")
    ended(job)
    assert watched(job).intake.faults == {}


@pytest.mark.parametrize(
    "analysis", ["DATA_QUALITY", "MODEL_QUALITY", "MODEL_BIAS", "MODEL_EXPLAINABILITY"]
)
def test_a_window_without_answers_is_a_violation_with_its_cause(tmp_path, package, analysis):
    job = monitor_job(tmp_path, package)
    told = ended(job, analysis_type=analysis)
    assert told.startswith("CompletedWithViolations: Job completed successfully with 1 violation.")
    assert "0 answers of 0 captured lines; 4 empty hours; no faults." in told
    (failed,) = [f for f in watched(job).findings if f.verdict is Verdict.FAIL]
    assert (failed.check, failed.n) == ("no_data_check", 0)
    assert "no request reached the endpoint" in failed.reason


def test_a_window_of_other_versions_alone_says_so(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    ended(job, model_version="7")
    (failed,) = [f for f in watched(job).findings if f.verdict is Verdict.FAIL]
    assert "other model versions answered every request" in failed.reason


def test_labels_that_cannot_be_read_or_come_twice_are_counted(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    odd = b'{"groundTruthData":{"data":"maybe"},"eventMetadata":{"eventId":"event-1"}}\n'
    again = b'{"groundTruthData":{"data":"1"},"eventMetadata":{"eventId":"event-1"}}\n'
    deep, torn = b"[" * 100_000 + b"\n", b'{"groundTruthData":{"da'
    tail = odd + again + b'{"groundTruthData":"\xff"}\n' + deep + torn
    give_labels(job, {"event-1": False, "event-2": False}, tail)
    ended(job, analysis_type="MODEL_QUALITY")
    assert watched(job).intake.faults == {"repeated label": 1, "unreadable label": 4}


@pytest.mark.parametrize(
    ("name", "analysis"),
    [
        ("data_quality_statistics.json", "DATA_QUALITY"),
        ("joint_statistics.json", "DATA_QUALITY"),
        ("model_quality_constraints.json", "MODEL_QUALITY"),
        ("bias_analysis.json", "MODEL_BIAS"),
        ("explainability_analysis.json", "MODEL_EXPLAINABILITY"),
    ],
)
def test_a_torn_baseline_is_named(tmp_path, package, answers, name, analysis):
    job = monitor_job(tmp_path, package, answers)
    torn = package.reports[name][: len(package.reports[name]) // 2]
    job.give("processing/input/baseline", name, torn)
    assert name in refused(job, analysis_type=analysis)


def test_a_torn_baseline_that_is_asked_for_is_named(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    job.give("processing/baseline", "statistics.json", b'{"dataset":')
    path = "/opt/ml/processing/baseline/statistics.json"
    assert "data_quality_statistics.json" in refused(job, baseline_statistics=path)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"analysis_type": "TELEPATHY"}, "DATA_QUALITY or MODEL_QUALITY or MODEL_BIAS or"),
        ({"dataset_format": '{"csv":{"header":true}}'}, "are not read"),
        ({"dataset_format": '{"json":{"line":true}}'}, "are not read"),
        ({"dataset_format": '{"parquet":{}}'}, "are not read"),
        ({"dataset_format": "capture"}, "dataset_format"),
        ({"dataset_format": "[" * 100_000}, "dataset_format"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"start_time": ""}, "start_time"),
        ({"end_time": ""}, "end_time"),
        ({"end_time": SPAN["start_time"]}, "an end after the start"),
        ({"start_time": "0001-01-01T00:00:00Z"}, "3660 days at most"),
        ({"start_time": "0001-01-01T00:00:00+10:00"}, "start_time"),
        ({"start_time": "9999-12-31T23:00:00Z", "end_time": "9999-12-31T23:30:00Z"}, "start_time"),
        ({"start_time": "", "end_time": ""}, "there is no captured hour"),
        ({"publish_cloudwatch_metrics": "yes"}, "Enabled or Disabled"),
        ({"dataset_source": "data"}, "an absolute path"),
        ({"dataset_source": "/opt/ml/processing/nowhere"}, "dataset_source"),
        ({"baseline_constraints": "/opt/ml/processing/nowhere"}, "there is none"),
        ({"model_version": "latest"}, "model_version"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path, package, options, told):
    assert told in refused(monitor_job(tmp_path, package), **options)


@pytest.mark.parametrize("hour", ["0001/01/01/00", "9999/12/31/23"])
def test_an_hour_at_the_end_of_time_is_refused_as_a_window_and_else_passed_over(
    tmp_path, package, answers, hour
):
    job = monitor_job(tmp_path, package, answers)
    job.give(f"{SOURCE}/{hour}", "part.jsonl", b"nonsense\n")
    assert "start_time and end_time" in refused(job, start_time="", end_time="")
    ended(job)
    assert watched(job).intake.faults == {}


def test_without_its_package_no_window_can_be_read(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    (job.root / "processing/input/model/model.tar.gz").unlink()
    assert "Model package refused" in refused(job)


def test_a_torn_package_is_refused(tmp_path, package, answers):
    job = monitor_job(tmp_path, replace(package, archive=package.archive[:-500]), answers)
    assert "Model package refused" in refused(job)


@pytest.mark.parametrize("content", [b"PAR1 torn", b""])
def test_torn_attributes_are_named(tmp_path, package, answers, content):
    job = monitor_job(tmp_path, package, answers)
    job.give("processing/input/protected", "attributes.parquet", content)
    assert "attributes.parquet" in refused(job, analysis_type="MODEL_BIAS")


def test_attributes_that_are_of_nobody_are_named(tmp_path, package, answers, prepared):
    rows = (prepared.root / "processing/output/train/rows.parquet").read_bytes()
    job = monitor_job(tmp_path, package, answers)
    job.give("processing/input/protected", "attributes.parquet", rows)
    assert "'token' as text" in refused(job, analysis_type="MODEL_BIAS")


def test_a_disk_that_is_full_halfway_leaves_no_report_at_all(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    limited = "ulimit -f 16; exec python -m stayline.container monitor"
    done = job.start(["bash", "-c", limited], {**SPAN, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 1, done.stdout + done.stderr
    assert not outputs(job)
    assert message(job) == "the system refused to read or write: File too large (EFBIG)."


def test_metrics_that_cannot_be_written_leave_the_former_reports_as_they_were(
    tmp_path, package, answers
):
    job = monitor_job(tmp_path, package, answers)
    ended(job)
    before = outputs(job)
    (job.root / "output" / "metrics").write_text("in the way")
    give_answers(job, answers[:5])
    told = ended(job, 1, publish_cloudwatch_metrics="Enabled")
    assert told.startswith("the system refused to read or write: ")
    assert outputs(job) == before


def test_a_success_takes_away_the_cause_of_a_former_failure(tmp_path, package, answers):
    job = monitor_job(tmp_path, package, answers)
    refused(job, analysis_type="TELEPATHY")
    ended(job)
    assert not (job.root / "output" / "failure").exists()
