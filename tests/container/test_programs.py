"""The programs as the platform starts them: paths, options, exit codes, failure texts."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from container.conftest import SCHEMA, evaluate_job, parquet, prepare_job
from container_jobs import Job
from stayline.domain.treated_people import TreatedPolicy
from stayline.domain.workforce_schema import Role
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.formats.schema_toml import dump_schema, parse_schema

HIDDEN = "Maria-Magdalena"


def told(job: Job) -> str:
    """Return what a failed job left for the platform."""
    left = job.written("output")
    assert left["failure"] == left["message"]
    assert 0 < len(left["message"]) <= 1024
    return left["message"].decode()


def test_prepare_writes_exactly_its_outputs(prepared):
    assert set(prepared.written("processing/output")) == {
        "train/rows.parquet", "train/schema.toml",
        "validation/rows.parquet", "validation/schema.toml",
        "people/people.parquet", "people/later_people.parquet",
        "baseline/statistics.json", "baseline/constraints.json", "baseline/leaks.json",
        "baseline/joint_statistics.json",
    }  # fmt: skip
    assert set(prepared.written(".")) == {
        *(f"processing/output/{name}" for name in prepared.written("processing/output")),
        *(f"processing/input/{name}" for name in prepared.written("processing/input")),
    }


def test_training_is_shown_no_token_no_segment_and_no_protected_attribute(prepared):
    rows = pl.read_parquet(prepared.root / "processing/output/train/rows.parquet")
    inputs = [column.name for column in SCHEMA.model_inputs]
    assert rows.columns == ["label", "person", "event_time", *inputs]
    assert not {c.name for c in SCHEMA.with_role(Role.PROTECTED)} & set(rows.columns)


def test_training_rows_and_later_rows_do_not_overlap_in_time(prepared):
    output = prepared.root / "processing/output"
    train, later = (pl.read_parquet(output / n / "rows.parquet") for n in ("train", "validation"))
    assert train["event_time"].max() < later["event_time"].min()


def test_the_same_facts_give_the_same_bytes(tmp_path, prepared, workforce):
    again = prepare_job(tmp_path, workforce)
    assert again.process("prepare").returncode == 0
    assert again.written("processing/output") == prepared.written("processing/output")


def treated_half(workforce: dict[str, bytes], policy: TreatedPolicy) -> dict[str, bytes]:
    """Return a workforce of whom every other person got an action in the first year."""
    features = pl.read_parquet(io.BytesIO(workforce["features.parquet"]))
    tokens = features["token"].unique().sort().gather_every(2)
    at = features["event_time"].min() + timedelta(days=100)
    treated = pl.DataFrame({"token": tokens, "treated_at": [at] * len(tokens)})
    schema = dump_schema(replace(SCHEMA, treated=policy)).encode()
    return {**workforce, "schema.toml": schema, "treated.parquet": parquet(treated)}


def test_treated_people_are_told_of_and_leave_no_mark_in_the_rows(tmp_path, workforce):
    columns = set()
    for policy in TreatedPolicy:
        job = prepare_job(tmp_path / policy, treated_half(workforce, policy))
        done = job.process("prepare")
        assert done.returncode == 0, done.stdout + done.stderr
        output = job.root / "processing/output"
        account = json.loads((output / "train/treated.json").read_bytes())
        assert (account["policy"], account["people"] > 50) == (policy, True)
        rows = pl.read_parquet(output / "train/rows.parquet")
        people = pl.read_parquet(output / "people/people.parquet")
        assert len(rows) == len(people)
        columns |= set(rows.columns)
    inputs = {column.name for column in SCHEMA.model_inputs}
    assert columns == {"label", "person", "event_time", "training_weight", *inputs}


def test_the_manifest_says_how_many_were_treated_and_what_was_done(tmp_path, workforce):
    prepared = prepare_job(tmp_path / "p", treated_half(workforce, TreatedPolicy.REWEIGH))
    assert prepared.process("prepare").returncode == 0
    job = Job(tmp_path / "t")
    job.give_from("input/data/train", prepared.root / "processing/output/train")
    done = job.train(seed="0", trials="1", time_limit_s="60")
    assert done.returncode == 0, done.stdout + done.stderr
    training = json.loads(job.written("model")["stayline/manifest.json"])["training"]
    account = json.loads(job.written("input/data/train")["treated.json"])
    assert training["treated"] == "reweigh"
    assert training["treated_rows"] == account["rows"] > 0
    assert 0 < training["rows_count_as"] < training["rows"]
    job.give("input/data/train", "treated.json", b'{"policy": "pray"}')
    assert job.train(seed="0", trials="1", time_limit_s="60").returncode == 1
    assert "treated.json" in told(job)


def test_horizon_and_policy_can_be_set_for_one_execution(tmp_path, workforce):
    job = prepare_job(tmp_path, workforce)
    done = job.process("prepare", HORIZON_MONTHS="3", ALERT_POLICY="capacity 0.25")
    assert done.returncode == 0
    text = job.written("processing/output")["train/schema.toml"].decode()
    effective = parse_schema(text, "output")
    assert effective.outcome.horizon_months == 3
    assert effective.policy.share == 0.25


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"HORIZON_MONTHS": "six"}, "HORIZON_MONTHS"),
        ({"HORIZON_MONTHS": "0"}, "HORIZON_MONTHS"),
        ({"ALERT_POLICY": "everybody"}, "AlertPolicy"),
        ({"TRAIN_UNTIL": "soon"}, "TRAIN_UNTIL"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(tmp_path, workforce, options, named):
    job = prepare_job(tmp_path, workforce)
    assert job.process("prepare", **options).returncode == 1
    assert named in told(job)


def test_too_little_history_stops_prepare_with_the_reason(tmp_path, workforce):
    job = prepare_job(tmp_path, workforce)
    assert job.process("prepare", TRAIN_UNTIL="2000-01-01").returncode == 1
    assert "at least 20 of each are needed" in told(job)


def test_a_missing_input_is_named(tmp_path):
    job = Job(tmp_path)
    assert job.process("prepare").returncode == 1
    assert "processing/input/workforce/schema.toml" in told(job)


def test_a_torn_file_is_named(tmp_path, workforce):
    job = prepare_job(tmp_path, workforce)
    job.give("processing/input/workforce", "features.parquet", b"PAR1 torn")
    assert job.process("prepare").returncode == 1
    assert "features.parquet" in told(job)


def test_a_fault_of_the_program_is_told_without_quoting_a_row(tmp_path, workforce):
    features = pl.read_parquet(io.BytesIO(workforce["features.parquet"]))
    odd = features.with_columns(pl.lit(HIDDEN).alias("DailyRate"))
    job = prepare_job(tmp_path, workforce | {"features.parquet": parquet(odd)})
    done = job.process("prepare")
    assert done.returncode == 1
    assert "its words are left out" in told(job)
    assert HIDDEN not in done.stdout + done.stderr + told(job)


def test_what_the_system_refuses_is_told_by_its_number_without_a_path(tmp_path, workforce):
    job = prepare_job(tmp_path, workforce)
    (tmp_path / "processing").mkdir(exist_ok=True)
    (tmp_path / "processing" / "output").write_text("in the way")
    done = job.process("prepare")
    assert done.returncode == 1
    assert told(job) == "the system refused to read or write: Not a directory (ENOTDIR)."


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize("file", ["train/rows.parquet", "baseline/leaks.json"])
def test_a_full_disk_is_told_as_one(tmp_path, workforce, file):
    job = prepare_job(tmp_path, workforce)
    full = tmp_path / "processing/output" / file
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    assert job.process("prepare").returncode == 1
    assert told(job).startswith("the disk is full: No space left on device (ENOSPC).")


def test_a_failure_that_cannot_be_reported_is_still_a_failure(tmp_path, workforce):
    job = prepare_job(tmp_path, workforce)
    (tmp_path / "output").write_text("in the way")
    done = job.process("prepare", HORIZON_MONTHS="six")
    assert done.returncode == 1
    assert "HORIZON_MONTHS" in done.stdout
    assert "Traceback" not in done.stderr


def test_there_is_no_other_program(tmp_path):
    done = Job(tmp_path).process("telepathy")
    assert done.returncode == 2
    assert "prepare,train,evaluate,check-gates" in done.stdout


def test_training_leaves_the_trees_alone_at_the_top(trained):
    assert set(trained.written("model")) == {
        "xgboost-model", "stayline/manifest.json", "stayline/unseen.parquet",
    }  # fmt: skip
    assert "output/failure" not in trained.written(".")


def test_hyperparameters_that_are_no_texts_are_refused(tmp_path, prepared):
    job = Job(tmp_path)
    job.give_from("input/data/train", prepared.root / "processing/output/train")
    job.give("input/config", "hyperparameters.json", json.dumps({"seed": 0}).encode())
    assert job.start(["train"]).returncode == 1
    assert "an object whose values are texts" in told(job)


@pytest.mark.parametrize(
    "hyperparameters",
    [
        {"seed": "0", "trials": "many", "time_limit_s": "60"},
        {"seed": "0", "trials": "0", "time_limit_s": "60"},
        {"seed": "0", "trials": "1"},
        {"seed": "0", "trials": "1", "time_limit_s": "nan"},
    ],
)
def test_hyperparameters_out_of_range_are_refused(tmp_path, prepared, hyperparameters):
    job = Job(tmp_path)
    job.give_from("input/data/train", prepared.root / "processing/output/train")
    assert job.train(**hyperparameters).returncode == 1
    assert "hyperparameters" in told(job) or "trials" in told(job) or "time_limit" in told(job)


def test_evaluate_writes_every_evaluation_file(evaluated):
    assert set(evaluated.written("processing/output/evaluation")) == {
        "evaluation.json", "model_quality_statistics.json", "model_quality_constraints.json",
        "bias_analysis.json", "explainability_analysis.json", "fairness.json", "fairness.html",
        "evaluated.msgpack",
    }  # fmt: skip


def test_no_token_leaves_the_evaluation(evaluated, prepared):
    people = pl.read_parquet(prepared.root / "processing/output/people/people.parquet")
    written = b"".join(evaluated.written("processing/output/evaluation").values())
    tokens = [token for token in people["token"].unique() if len(token) >= 8]
    assert not [token for token in tokens if token.encode() in written]


def test_a_truncated_model_is_refused(tmp_path, prepared, trained, attributes):
    job = evaluate_job(tmp_path, prepared, trained, attributes)
    whole = (job.root / "processing/input/model/model.tar.gz").read_bytes()
    job.give("processing/input/model", "model.tar.gz", whole[: len(whole) // 2])
    assert job.process("evaluate", SEED="0").returncode == 1
    assert "cannot be unpacked" in told(job)


def test_the_package_accounts_for_the_gates_and_names_every_report_by_digest(gates):
    done = gates.process("check-gates")
    assert done.returncode == 0, done.stdout + done.stderr
    output = gates.written("processing/output")
    told_gates = json.loads(output["gates/gates.json"])
    package = output["package/model.tar.gz"]
    assert told_gates["package_digest"] == archive_digest(package)
    manifest = read_archive(package, archive_digest(package)).manifest
    assert [dict(gate) for gate in manifest.gates] == told_gates["gates"]
    reports = {n.removeprefix("reports/"): c for n, c in output.items() if "reports/" in n}
    assert manifest.reports == {name: archive_digest(c) for name, c in reports.items()}
    kept = {"data_quality_statistics.json", "joint_statistics.json", "bias_analysis.json"}
    assert kept <= set(reports)
    assert manifest.metrics["roc_auc"] > 0.5
    assert manifest.protection_price


def test_limits_come_from_the_definition(gates):
    gates.process("check-gates", MINIMUM_RECALL="0.99")
    verdicts = json.loads(gates.written("processing/output")["gates/gates.json"])
    assert verdicts["verdict"] == "fail"
    assert "recall" in verdicts["message"]


@pytest.mark.parametrize(
    "limits", [{"FEWEST_POSITIVES": "some"}, {"LARGEST_RECALL_DIFFERENCE": "0.3"}]
)
def test_limits_that_break_the_rules_are_refused(gates, limits):
    assert gates.process("check-gates", **limits).returncode == 1
    assert "limits" in told(gates)


def test_torn_waivers_stop_the_gates(gates):
    gates.give("processing/input/waivers", "waivers.json", b'{"on":')
    assert gates.process("check-gates").returncode == 1
    assert "waivers.json" in told(gates)
