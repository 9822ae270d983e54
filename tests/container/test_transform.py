"""The program `transform` as the platform starts it: files in, files of scores out."""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
import xgboost as xgb

from container.conftest import parquet
from container_jobs import Job
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    Role,
    workforce_schema,
)
from stayline.formats.model_archive import (
    InputText,
    ModelArchive,
    archive_digest,
    read_archive,
    write_archive,
)
from stayline.formats.schema_toml import dump_schema
from stayline.modelling.predictor import Predictor
from trained import small_model

NICKNAME = "Maria-Magdalena"
PAYS = [f"Pay{number}" for number in range(8)]
LAST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive() -> ModelArchive:
    return small_model().archive


@pytest.fixture(scope="module")
def predictor(archive) -> Predictor:
    return Predictor.from_archive(archive)


@pytest.fixture(scope="module")
def people(predictor) -> pl.DataFrame:
    """Forty people, with a missing value among them."""
    rows = small_model().data.development.frame.select(predictor.inputs).head(40)
    income = pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise(pl.col("MonthlyIncome"))
    return rows.with_columns(income.alias("MonthlyIncome"))


@pytest.fixture(scope="module")
def risks(predictor, people) -> list[float]:
    told = predictor.predict(people.to_dicts(), [LAST_DAY] * people.height)
    return [prediction.risk for prediction in told]


@pytest.fixture
def job(tmp_path) -> Job:
    """A job that has its model."""
    job = Job(tmp_path)
    job.give("processing/input/model", "model.tar.gz", small_model().package)
    return job


@pytest.fixture(scope="module")
def dated() -> tuple[bytes, pl.DataFrame, Callable[[datetime], list[float]]]:
    """A package that takes a date, some rows without a day, and what it says as of a day."""
    schema = workforce_schema(
        name="dated",
        record_identifier="Id",
        columns=[
            Column("Id", Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.RECORD_IDENTIFIER),
            Column("AsOf", Kind.DATE, Role.IGNORED),
            Column("HiredOn", Kind.DATE, Role.FEATURE),
            *(Column(name, Kind.NUMBER, Role.FEATURE) for name in PAYS),
            Column("Left", Kind.FLAG, Role.OUTCOME),
        ],
        outcome=LabelColumn("Left", ("Yes",)),
        event_time="AsOf",
    )
    days = np.arange(0, 4000, 10, dtype=np.float32)
    data = xgb.DMatrix(
        np.column_stack([days, *(days % n for n in range(3, 3 + len(PAYS)))]),
        label=np.sin(days / 300) > 0,
    )
    booster = xgb.train({"objective": "binary:logistic", "max_depth": 4}, data, 20)
    manifest = msgspec.structs.replace(
        small_model().archive.manifest,
        inputs=(
            InputText("HiredOn", Kind.DATE, ()),
            *(InputText(name, Kind.NUMBER, ()) for name in PAYS),
        ),
        schema_toml=dump_schema(schema),
        curves={},
    )
    package = write_archive(bytes(booster.save_raw("ubj")), manifest)
    frame = pl.DataFrame(
        {
            "HiredOn": ["2016-01-01", "2020-03-04", "2024-05-06"],
            **{name: [1.0, 2.0, 3.0] for name in PAYS},
        }
    )
    predictor = Predictor.from_archive(read_archive(package, archive_digest(package)))

    def risk_of(day: datetime) -> list[float]:
        told = predictor.predict(frame.to_dicts(), [day] * frame.height)
        return [prediction.risk for prediction in told]

    return package, frame, risk_of


def give(job: Job, name: str, content: bytes) -> None:
    job.give("processing/input/data", name, content)


def scores(job: Job) -> dict[str, bytes]:
    return job.written("processing/output/scores")


def failure(job: Job) -> str:
    return job.written("output")["failure"].decode()


def csv_of(people: pl.DataFrame, **form: object) -> bytes:
    return people.write_csv(**form).encode()


@pytest.mark.parametrize(
    "written",
    [
        csv_of,
        lambda people: csv_of(people, include_header=False),
        lambda people: b"\xef\xbb\xbf" + csv_of(people, separator=";").replace(b"\n", b"\r\n"),
        lambda people: csv_of(people.select(reversed(people.columns))),
        lambda people: people.write_ndjson().encode(),
        parquet,
    ],
    ids=[
        "csv",
        "csv without header",
        "csv of a spreadsheet",
        "csv, other order",
        "json",
        "parquet",
    ],
)
def test_every_form_of_file_gives_the_same_scores_line_by_line(job, people, risks, written):
    give(job, "people", written(people))
    done = job.process("transform")
    assert done.returncode == 0, done.stdout + done.stderr
    told = scores(job)
    assert list(told) == ["people.out"]
    assert [float(line) for line in told["people.out"].splitlines()] == pytest.approx(
        risks, abs=1e-9
    )


def test_an_unpacked_model_scores_like_its_archive_and_has_its_digest(
    job, tmp_path, people, archive
):
    give(job, "people.csv", csv_of(people))
    assert job.process("transform").returncode == 0
    unpacked = Job(tmp_path / "unpacked")
    with tarfile.open(fileobj=io.BytesIO(small_model().package)) as tar:
        tar.extractall(unpacked.root / "processing/input/model", filter="data")
    unpacked.give("processing/input/data", "people.csv", csv_of(people))
    assert unpacked.process("transform").returncode == 0
    assert unpacked.written("processing/output") == job.written("processing/output")
    proof = json.loads(job.written("processing/output/proofs")["people.csv.json"])
    assert proof["made"]["model"] == archive.digest


def test_reasons_come_as_asked_and_add_up(job, people, predictor, risks):
    give(job, "people.csv", csv_of(people))
    options = {"TRANSFORM_REASONS": "true"}
    assert job.process("transform", **options).returncode == 0
    for line, risk in zip(scores(job)["people.csv.out"].splitlines(), risks, strict=True):
        told, base, *contributions = map(float, line.split(b","))
        assert told == pytest.approx(risk, abs=1e-9)
        assert len(contributions) == len(predictor.inputs)
        assert base + sum(contributions) == pytest.approx(risk, abs=1e-5)
    assert (
        job.process("transform", TRANSFORM_ACCEPT="application/jsonlines", **options).returncode
        == 0
    )
    for line, risk in zip(scores(job)["people.csv.out"].splitlines(), risks, strict=True):
        told = json.loads(line)
        assert told["score"] == pytest.approx(risk, abs=1e-9)
        assert told["band"] in ("low", "medium", "high")
        assert {reason["feature"] for reason in told["reasons"]} == set(predictor.inputs)


def test_files_in_folders_keep_their_place(job, people):
    give(job, "2026/01/people.csv", csv_of(people))
    give(job, ".hidden", b"passed over")
    assert job.process("transform", TRANSFORM_ACCEPT="application/jsonlines").returncode == 0
    (told,) = scores(job).items()
    assert told[0] == "2026/01/people.csv.out"
    assert set(json.loads(told[1].splitlines()[0])) == {"score", "band"}


def test_names_that_the_model_does_not_take_or_is_not_given_are_told(job, people):
    frame = people.drop("MonthlyIncome").with_columns(pl.lit(NICKNAME).alias("Nickname"))
    give(job, "people.csv", csv_of(frame))
    done = job.process("transform")
    assert done.returncode == 0
    assert "takes no 'Nickname'" in done.stdout
    assert "missing in every row: 'MonthlyIncome'" in done.stdout
    assert NICKNAME not in done.stdout


def in_line(people: pl.DataFrame, line: int, name: str, cell: str) -> bytes:
    """Return the CSV with one cell changed; the header is line 1."""
    rows = people.cast(pl.String)
    at = pl.int_range(pl.len()) == line - 2
    return csv_of(rows.with_columns(pl.when(at).then(pl.lit(cell)).otherwise(name).alias(name)))


@pytest.mark.parametrize(
    ("name", "cell"),
    [("MonthlyIncome", NICKNAME), ("MonthlyIncome", "-98765"), ("OverTime", NICKNAME)],
)
def test_a_bad_cell_is_told_by_file_line_and_column_without_its_value(job, people, name, cell):
    give(job, "people.csv", in_line(people, 17, name, cell))
    done = job.process("transform")
    assert done.returncode == 1
    assert f"people.csv, line 17, {name}" in failure(job)
    assert cell not in done.stdout + done.stderr + failure(job)
    assert scores(job) == {}


def test_a_bad_json_value_is_told_the_same_way(job, people):
    rows = [dict(row) for row in people.head(5).to_dicts()]
    rows[2]["MonthlyIncome"] = True
    give(job, "people.jsonl", "\n".join(map(json.dumps, rows)).encode())
    assert job.process("transform").returncode == 1
    assert "people.jsonl, line 3, MonthlyIncome" in failure(job)


def test_a_blank_json_line_is_no_row_but_counts_as_a_line(job, people):
    rows = [json.dumps(row) for row in people.head(3).to_dicts()]
    give(job, "people.jsonl", "\n\n".join(rows).encode() + b"\n\n")
    assert job.process("transform").returncode == 0
    assert len(scores(job)["people.jsonl.out"].splitlines()) == 3
    give(job, "people.jsonl", "\n\n".join([*rows, "{"]).encode())
    assert job.process("transform").returncode == 1
    assert "people.jsonl, line 7" in failure(job)


def test_a_json_line_without_an_end_is_refused_before_it_fills_the_memory(job):
    give(job, "people.jsonl", b'{"MonthlyIncome": "' + b"1" * (17 << 20) + b'"}')
    assert job.process("transform").returncode == 1
    assert "people.jsonl, line 1" in failure(job)


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        (lambda text: text + b"1,2\n", "line 42'"),
        (lambda text: text + b'"open', "a quote is open"),
        (lambda text: text + b"\xff\xfe", "text in UTF-8"),
        (lambda text: text.splitlines(keepends=True)[0], "at least one row"),
        (lambda text: b"", "at least one row; it is empty"),
        (lambda text: b"PAR1 torn", "truncated or damaged"),
        (lambda text: b"{]", "line 1': expected a JSON object"),
    ],
)
def test_a_torn_file_is_refused_and_leaves_nothing(job, people, spoilt, expected):
    give(job, "people.csv", spoilt(csv_of(people)))
    assert job.process("transform").returncode == 1
    assert expected in failure(job)
    assert scores(job) == {}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"TRANSFORM_ACCEPT": "text/html"}, "TRANSFORM_ACCEPT"),
        ({"TRANSFORM_REASONS": "maybe"}, "TRANSFORM_REASONS"),
        ({"TRANSFORM_AS_OF": "soon"}, "TRANSFORM_AS_OF"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(job, people, options, named):
    give(job, "people.csv", csv_of(people))
    assert job.process("transform", **options).returncode == 1
    assert named in failure(job)


def test_without_files_or_without_a_model_there_is_nothing_to_do(job, tmp_path, people):
    assert job.process("transform").returncode == 1
    assert "at least one file" in failure(job)
    shutil.rmtree(tmp_path / "processing/input/model")
    give(job, "people.csv", csv_of(people))
    assert job.process("transform").returncode == 1
    assert "there is no 'xgboost-model'" in failure(job)


def test_what_is_whole_is_not_made_again_and_what_is_torn_is(job, tmp_path, people):
    for name in ("a.csv", "b.csv", "c.csv"):
        give(job, name, csv_of(people))
    give(job, "d.csv", in_line(people, 9, "MonthlyIncome", "much"))
    assert job.process("transform").returncode == 1
    whole = scores(job)
    assert set(whole) == {"a.csv.out", "b.csv.out", "c.csv.out"}
    folder = tmp_path / "processing/output/scores"
    kept = (folder / "a.csv.out").stat().st_ino
    (folder / "b.csv.out").write_bytes(whole["b.csv.out"][:-9])
    give(job, "c.csv", csv_of(people.head(7)))
    give(job, "d.csv", csv_of(people))
    done = job.process("transform")
    assert done.returncode == 0
    assert (folder / "a.csv.out").stat().st_ino == kept
    assert "a.csv: 40 rows were scored before." in done.stdout
    assert scores(job)["b.csv.out"] == whole["b.csv.out"]
    assert len(scores(job)["c.csv.out"].splitlines()) == 7
    assert "d.csv.out" in scores(job)


def test_another_model_or_option_makes_a_file_again(job, people, archive):
    give(job, "people.csv", csv_of(people))
    assert job.process("transform").returncode == 0
    assert "before" in job.process("transform").stdout
    assert "before" not in job.process("transform", TRANSFORM_REASONS="true").stdout
    again = small_model("Age").package
    job.give("processing/input/model", "model.tar.gz", again)
    assert "before" not in job.process("transform", TRANSFORM_REASONS="true").stdout


def test_a_killed_job_leaves_no_half_output_and_is_completed_by_another_run(job, tmp_path, people):
    give(job, "a.csv", csv_of(people))
    give(job, "b.csv", csv_of(pl.concat([people] * 750)))
    unfinished = tmp_path / "processing/output/scores/.b.csv.out.part"
    command = [sys.executable, "-m", "stayline.container", "transform"]
    environment = {"STAYLINE_ML_ROOT": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as killed:
        while not (unfinished.is_file() and unfinished.stat().st_size):
            assert killed.poll() is None
            time.sleep(0.002)
        killed.kill()
    assert unfinished.is_file()
    assert not (tmp_path / "processing/output/scores/b.csv.out").exists()
    done = job.process("transform")
    assert done.returncode == 0
    assert "a.csv: 40 rows were scored before." in done.stdout
    assert set(scores(job)) == {"a.csv.out", "b.csv.out"}
    assert scores(job)["b.csv.out"] == scores(job)["a.csv.out"] * 750


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_is_told_as_one(job, tmp_path, people):
    give(job, "people.csv", csv_of(people))
    unfinished = tmp_path / "processing/output/scores/.people.csv.out.part"
    unfinished.parent.mkdir(parents=True)
    unfinished.symlink_to("/dev/full")
    assert job.process("transform").returncode == 1
    assert failure(job).startswith("the disk is full")
    assert scores(job) == {}


def test_a_model_that_takes_dates_needs_to_know_the_day(tmp_path, dated):
    package, frame, risk_of = dated
    job = Job(tmp_path)
    job.give("processing/input/model", "model.tar.gz", package)
    give(job, "people.csv", csv_of(frame))
    assert job.process("transform").returncode == 1
    assert "TRANSFORM_AS_OF" in failure(job)
    assert job.process("transform", TRANSFORM_AS_OF="2025-06-01").returncode == 0
    told = [float(line) for line in scores(job)["people.csv.out"].splitlines()]
    assert told == pytest.approx(risk_of(datetime(2025, 6, 1, tzinfo=UTC)), abs=1e-9)
    assert told != pytest.approx(risk_of(datetime(2026, 6, 1, tzinfo=UTC)), abs=1e-9)


def test_a_file_that_dates_its_rows_is_scored_as_of_these_days(tmp_path, dated):
    package, frame, risk_of = dated
    job = Job(tmp_path)
    job.give("processing/input/model", "model.tar.gz", package)
    give(job, "people.csv", csv_of(frame.with_columns(pl.lit("2025-06-01").alias("AsOf"))))
    assert job.process("transform", TRANSFORM_AS_OF="2020-01-01").returncode == 0
    told = [float(line) for line in scores(job)["people.csv.out"].splitlines()]
    assert told == pytest.approx(risk_of(datetime(2025, 6, 1, tzinfo=UTC)), abs=1e-9)
    give(job, "people.csv", csv_of(frame.with_columns(pl.lit(None).alias("AsOf"))))
    assert job.process("transform").returncode == 1
    assert "people.csv, line 2, AsOf" in failure(job)
