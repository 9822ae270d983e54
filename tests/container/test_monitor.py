"""The four monitors as Model Monitor starts them: what they leave, and say at the exit."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from monitor_jobs import (
    END,
    HOUR,
    HOURS,
    SOURCE,
    SPAN,
    START,
    give_labels,
    labels_of,
    message,
    monitor_job,
    outputs,
    records,
    watched,
    with_risks,
)
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor, Window
from stayline.formats.capture_blocks import captured_blocks
from stayline.formats.data_constraints import Constraints, Violations
from stayline.formats.data_statistics import Statistics
from stayline.formats.drift_violations import BiasViolations
from stayline.formats.model_quality import ModelQualityStatistics, ModelQualityViolations
from stayline.formats.report_json import decode, encode
from stayline.modelling.dataset import PERSON
from stayline.modelling.watching import monitors
from stayline.modelling.watching.intake import captured_window
from stayline.modelling.watching.known_facets import facets_at
from stayline.modelling.watching.labelled_quality import IS_RIPE
from stayline.modelling.watching.labels import LABEL, labelled

CLEAN = "Completed: Job completed successfully with no violations."
METRICS = "output/metrics/cloudwatch/cloudwatch_metrics.jsonl"


def run(job, analysis="DATA_QUALITY", **options):
    done = job.process("monitor", **{"analysis_type": analysis, **SPAN, **options})
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def ready(root, package, attributes, answers):
    """Return a job with every input that any of the monitors takes."""
    job = monitor_job(root, package, answers)
    give_labels(job, labels_of(answers))
    job.give("processing/input/protected", "attributes.parquet", attributes)
    return job


def asked_twice(answers):
    """Return the answers, and at the end of the window a second one for ten of the people."""
    late = END - timedelta(minutes=5)
    return answers + [
        replace(answer, event_id=f"again-{at}", inference_id=None, inferred_at=late)
        for at, answer in enumerate(answers[:10])
    ]


def same_window(job, package):
    """Return the window's frame as the embedded monitors read it."""
    window = Window(START, END)
    blocks = captured_blocks(job.root / SOURCE, START, END)
    return captured_window(blocks, inputs=package.baselines.inputs, window=window).frame


def with_labels(frame, labels, package):
    months = package.baselines.horizon_months
    rows = labelled(frame, events=labels, people=(), horizon_months=months).frame
    person = pl.Series(PERSON, monitors.persons(rows["token"]))
    return rows.with_columns(pl.lit(value=True).alias(IS_RIPE), person)


def test_the_data_monitor_leaves_the_very_files_that_the_embedded_one_does(tmp_path, package):
    answers = asked_twice(records(package, package.people))
    job = monitor_job(tmp_path, package, answers)
    run(job)
    frame = monitors.people_once(same_window(job, package))
    assert frame.height == len(answers) - 10
    part = monitors.watch_data(frame, package.baselines)
    left = outputs(job)
    assert left.keys() == {*part.files, "watched.json"}
    assert {name: left[name] for name in part.files} == part.files
    assert judged(watched(job).findings) == judged(part.findings)


@pytest.mark.parametrize(
    ("analysis", "names"),
    [
        ("MODEL_QUALITY", {"model_quality_statistics.json": "statistics.json",
                           "model_quality_constraint_violations.json":
                               "constraint_violations.json"}),
        ("MODEL_BIAS", {"bias_constraint_violations.json": "constraint_violations.json"}),
        ("MODEL_EXPLAINABILITY", {"explainability_analysis.json": "analysis.json",
                                  "explainability_constraint_violations.json":
                                      "constraint_violations.json"}),
    ],
)  # fmt: skip
def test_the_other_monitors_leave_what_the_embedded_ones_do_under_the_services_names(
    tmp_path, package, attributes, analysis, names
):
    answers = asked_twice(records(package, package.people))
    job = ready(tmp_path, package, attributes, answers)
    run(job, analysis)
    part = expected(analysis, same_window(job, package), labels_of(answers), package, attributes)
    left = outputs(job)
    assert part.files.keys() == names.keys()
    assert {names[name]: content for name, content in part.files.items()} == {
        name: left[name] for name in names.values()
    }
    assert left.keys() == {*names.values(), "constraints.json", "watched.json"}
    assert judged(watched(job).findings) == judged(part.findings)


def judged(findings):
    """Return findings without their figures, whose last bits two processes need not share."""
    return [(f.check, f.subject, f.metric, f.verdict, f.reason, f.n) for f in findings]


def expected(analysis, answered, labels, package, attributes):
    frame, baselines = monitors.people_once(answered), package.baselines
    rng = np.random.default_rng(0)
    if analysis == "MODEL_QUALITY":
        rows = with_labels(answered, labels, package)
        return monitors.watch_quality(frame, rows, baselines, rng)
    if analysis == "MODEL_EXPLAINABILITY":
        return monitors.watch_reasons(frame, baselines, rng)
    facets = facets_at(frame, pl.read_parquet(attributes), baselines.schema, baselines.bias)
    label = with_labels(frame, labels, package)[LABEL]
    return monitors.watch_groups(frame, facets, label, baselines, rng)


def test_people_as_in_training_are_no_violation_and_the_message_says_so(tmp_path, package):
    answers = records(package, package.people)
    job = monitor_job(tmp_path, package, answers)
    done = run(job)
    found = watched(job)
    told = message(job)
    assert told.startswith(CLEAN)
    n = f"{len(answers):,}"
    assert told.endswith(f"{n} answers of {n} captured lines; 0 empty hours; no faults.")
    assert done.stdout.splitlines()[-1] == told
    assert (found.window, found.model_version) == (Window(START, END), 1)
    assert found.model_digest == package.baselines.model.digest
    assert {finding.monitor for finding in found.findings} == {Monitor.DATA}


def test_drifted_inputs_complete_with_violations_that_are_counted(tmp_path, package):
    people = package.people.with_columns(pl.col("MonthlyIncome") * 3)
    job = monitor_job(tmp_path, package, records(package, people))
    run(job)
    failed = [f for f in watched(job).findings if f.verdict is Verdict.FAIL]
    assert failed
    told = "violation" if len(failed) == 1 else "violations"
    assert message(job).startswith(
        f"CompletedWithViolations: Job completed successfully with {len(failed)} {told}."
    )
    violations = decode(outputs(job)["constraint_violations.json"], Violations, "v").violations
    named = {(v.feature_name, v.constraint_check_type.value) for v in violations}
    assert ("MonthlyIncome", "baseline_drift_check") in named


def test_wrong_flags_violate_the_quality_that_the_model_was_registered_with(tmp_path, package):
    answers = records(package, package.people)
    answers = with_risks(answers, np.random.default_rng(0).choice([0.05, 0.95], len(answers)))
    job = monitor_job(tmp_path, package, answers)
    left = {a.inference_id: json.loads(a.answer)["risk"] < 0.5 for a in answers}
    give_labels(job, left)
    run(job, "MODEL_QUALITY")
    files = outputs(job)
    statistics = decode(files["statistics.json"], ModelQualityStatistics, "s")
    assert statistics.dataset.item_count == len(answers)
    assert statistics.binary_classification_metrics.auc.value == 0.0
    violated = decode(files["constraint_violations.json"], ModelQualityViolations, "v").violations
    assert "auc" in {violation.metric_name for violation in violated}
    assert files["constraints.json"] == package.reports["model_quality_constraints.json"]
    assert message(job).startswith("CompletedWithViolations: ")


def test_without_ground_truth_quality_is_estimated_and_nothing_is_said_to_be_measured(
    tmp_path, package
):
    job = monitor_job(tmp_path, package, records(package, package.people))
    run(job, "MODEL_QUALITY")
    assert "statistics.json" not in outputs(job)
    subjects = {f.subject for f in watched(job).findings}
    assert subjects == {"estimated without labels", ""}
    assert "insufficient evidence" in message(job)


def test_labels_that_come_before_the_horizon_has_passed_measure_nothing(tmp_path, package):
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    answers = [
        replace(answer, inferred_at=now - HOUR + (answer.inferred_at - START) / HOURS)
        for answer in records(package, package.people)
    ]
    job = monitor_job(tmp_path, package, answers)
    give_labels(job, dict.fromkeys((a.event_id for a in answers), True))
    run(job, "MODEL_QUALITY", start_time="", end_time="")
    assert "statistics.json" not in outputs(job)
    measured = [f for f in watched(job).findings if f.subject == "with labels"]
    assert measured
    assert {f.verdict for f in measured} == {Verdict.INSUFFICIENT}


def test_flagging_one_group_alone_violates_its_bias_metrics(tmp_path, package, attributes):
    answers = records(package, package.people)
    known = pl.read_parquet(attributes).unique("token", keep="first")
    gender = dict(known.select("token", "Gender").iter_rows())
    tokens = package.people["token"]
    job = monitor_job(
        tmp_path,
        package,
        with_risks(answers, [0.95 if gender[t] == "Female" else 0.02 for t in tokens]),
    )
    job.give("processing/input/protected", "attributes.parquet", attributes)
    run(job, "MODEL_BIAS")
    found = decode(outputs(job)["constraint_violations.json"], BiasViolations, "v").violations
    assert {(v.facet, v.metric_name) for v in found} >= {("Gender", "DPPL")}
    assert {v.constraint_check_type for v in found} == {"bias_drift_check"}
    assert message(job).startswith("CompletedWithViolations: ")
    assert outputs(job)["constraints.json"] == package.reports["bias_analysis.json"]


def test_groups_without_attributes_are_insufficient_evidence(tmp_path, package):
    job = monitor_job(tmp_path, package, records(package, package.people))
    run(job, "MODEL_BIAS")
    (finding,) = watched(job).findings
    assert finding.verdict is Verdict.INSUFFICIENT
    assert "attributes of people" in finding.reason
    assert "constraint_violations.json" not in outputs(job)


@pytest.mark.parametrize(
    "analysis", ["DATA_QUALITY", "MODEL_QUALITY", "MODEL_BIAS", "MODEL_EXPLAINABILITY"]
)
def test_a_package_without_reports_leaves_every_monitor_without_evidence(
    tmp_path, package, attributes, analysis
):
    bare = replace(package, reports={})
    job = ready(tmp_path, bare, attributes, records(package, package.people))
    run(job, analysis)
    assert not [f for f in watched(job).findings if f.threshold is not None]
    assert Verdict.FAIL not in {f.verdict for f in watched(job).findings}
    assert Verdict.INSUFFICIENT in {f.verdict for f in watched(job).findings}
    assert "constraints.json" not in outputs(job)


def test_columns_that_requests_lack_or_have_beyond_the_inputs_are_violations(tmp_path, package):
    answers, lacking = [], package.baselines.inputs[0].name
    for answer in records(package, package.people):
        request = json.loads(answer.request)
        del request[lacking]
        answers.append(replace(answer, request=json.dumps(request | {"Bonus": 1})))
    job = monitor_job(tmp_path, package, answers)
    run(job)
    found = decode(outputs(job)["constraint_violations.json"], Violations, "v").violations
    told = {(one.constraint_check_type.value, one.feature_name) for one in found}
    assert told >= {("missing_column_check", lacking), ("extra_column_check", "Bonus")}


@pytest.mark.parametrize("shape", ["file", "folder"])
def test_a_baseline_that_is_asked_for_wins_over_the_packages(tmp_path, package, shape):
    job = monitor_job(tmp_path, package, records(package, package.people))
    own = decode(package.reports["data_quality_constraints.json"], Constraints, "c")
    own = Constraints(own.features[:3], own.monitoring_config)
    job.give("processing/baseline/constraints", "constraints.json", encode(own))
    path = "/opt/ml/processing/baseline/constraints"
    run(job, baseline_constraints=path if shape == "folder" else f"{path}/constraints.json")
    left = outputs(job)
    assert left["constraints.json"] == encode(own)
    found = decode(left["constraint_violations.json"], Violations, "v").violations
    assert "extra_column_check" in {v.constraint_check_type.value for v in found}


def test_paths_of_the_contract_lead_below_the_moved_root(tmp_path, package):
    job = monitor_job(tmp_path, package)
    answers = monitor_job(tmp_path / "elsewhere", package, records(package, package.people))
    for name, content in answers.written(SOURCE).items():
        job.give("processing/monitor/data", name, content)
    run(
        job,
        dataset_format=json.dumps(
            {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}
        ),
        dataset_source="/opt/ml/processing/monitor/data",
        output_path="/opt/ml/processing/reports",
    )
    assert not outputs(job)
    assert set(job.written("processing/reports")) == {
        "statistics.json", "constraints.json", "constraint_violations.json", "watched.json",
    }  # fmt: skip


def test_the_window_without_times_is_that_of_the_hours_found(tmp_path, package):
    job = monitor_job(tmp_path, package, records(package, package.people))
    run(job, start_time="", end_time="")
    assert watched(job).window == Window(START, END)


def test_the_same_job_again_leaves_the_same_files_and_none_of_another_monitor(
    tmp_path, package, attributes
):
    job = ready(tmp_path, package, attributes, records(package, package.people))
    run(job)
    first, found = outputs(job), watched(job).findings
    run(job, "MODEL_EXPLAINABILITY")
    assert "statistics.json" not in outputs(job)
    run(job)
    assert judged(watched(job).findings) == judged(found)
    assert outputs(job) | {"watched.json": b""} == first | {"watched.json": b""}


def test_metrics_are_published_under_the_services_names_and_dimensions(tmp_path, package):
    job = monitor_job(tmp_path, package, records(package, package.people))
    run(
        job,
        publish_cloudwatch_metrics="Enabled",
        sagemaker_endpoint_name="attrition",
        sagemaker_monitoring_schedule_name="hourly",
    )
    lines = [json.loads(line) for line in job.written(".")[METRICS].splitlines()]
    by_name = {line["MetricName"]: line for line in lines}
    statistics = decode(outputs(job)["statistics.json"], Statistics, "s")
    names = {feature.name for feature in statistics.features}
    assert {f"feature_baseline_drift_{name}" for name in names} <= set(by_name)
    assert {f"feature_non_null_{name}" for name in names} <= set(by_name)
    assert by_name["feature_baseline_drift_OverTime"]["Dimensions"] == [
        {"Name": "Endpoint", "Value": "attrition"},
        {"Name": "MonitoringSchedule", "Value": "hourly"},
    ]
    assert {line["Timestamp"] for line in lines} == {"2025-03-03T11:00:00Z"}
    keys = [(line["MetricName"], json.dumps(line["Dimensions"])) for line in lines]
    assert len(keys) == len(set(keys))


def test_metrics_of_features_are_left_out_where_the_constraints_do_not_emit_them(tmp_path, package):
    job = monitor_job(tmp_path, package, records(package, package.people))
    quiet = json.loads(package.reports["data_quality_constraints.json"])
    quiet["monitoring_config"]["emit_metrics"] = "Disabled"
    job.give("processing/input/baseline", "data_quality_constraints.json",
             json.dumps(quiet).encode())  # fmt: skip
    run(job, publish_cloudwatch_metrics="Enabled")
    names = {json.loads(line)["MetricName"] for line in job.written(".")[METRICS].splitlines()}
    assert {"watch_rows", "watch_violations"} <= names
    assert not [name for name in names if name.startswith("feature_")]


def test_no_metrics_are_left_unless_they_are_asked_for(tmp_path, package):
    job = monitor_job(tmp_path, package, records(package, package.people))
    run(job)
    assert METRICS not in job.written(".")


@pytest.mark.parametrize("analysis", ["DATA_QUALITY", "MODEL_BIAS"])
def test_no_token_and_no_id_leaves_the_job(tmp_path, package, attributes, analysis):
    answers = records(package, package.people)
    job = ready(tmp_path, package, attributes, answers)
    done = run(job, analysis, publish_cloudwatch_metrics="Enabled")
    left = {n: c for n, c in job.written(".").items() if not n.startswith("processing/input")}
    written = b"".join(left.values()) + done.stdout.encode() + done.stderr.encode()
    tokens = [token for token in package.people["token"] if len(token) >= 8]
    for hidden in (*tokens, *(f'"{a.event_id}"' for a in answers), "inference-"):
        assert hidden.encode() not in written
