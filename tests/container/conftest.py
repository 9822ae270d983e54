"""Every program run once a run, one after the other, as the pipeline chains them."""

import io
import tarfile
from pathlib import Path

import polars as pl
import pytest

from container_jobs import Job
from made_once import made_once
from monitor_jobs import Package
from stayline.domain.workforce_schema import Role
from stayline.formats.schema_toml import dump_schema
from stayline.modelling.current_people import current_people
from stayline.ports.feature_store import EVENT_TIME, INSTANT, TOKEN
from stayline.samples.presets import named_schema
from training_frames import panel, stored

PEOPLE, MONTHS = 300, 24
SCHEMA = named_schema("monthly-panel")


def parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def packed(folder: Path) -> bytes:
    """Pack a model folder as SageMaker does: from inside, with its folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
    return out.getvalue()


@pytest.fixture(scope="session")
def workforce() -> dict[str, bytes]:
    """What the prepare step is given."""
    extract, _ = panel(PEOPLE, MONTHS, seed=3)
    features, outcomes = stored(extract, SCHEMA)
    return {
        "schema.toml": dump_schema(SCHEMA).encode(),
        "features.parquet": parquet(features),
        "outcomes.parquet": parquet(outcomes),
    }


@pytest.fixture(scope="session")
def attributes() -> bytes:
    """What the audit is lent."""
    extract, _ = panel(PEOPLE, MONTHS, seed=3)
    day = pl.col("SnapshotDate").cast(pl.String).str.to_datetime("%Y-%m-%d")
    names = [column.name for column in SCHEMA.with_role(Role.PROTECTED)]
    return parquet(
        extract.select(
            pl.col("EmployeeNumber").cast(pl.String).alias(TOKEN),
            day.dt.replace_time_zone("UTC").cast(INSTANT).alias(EVENT_TIME),
            pl.col(names).cast(pl.String),
        )
    )


def prepare_job(root: Path, workforce: dict[str, bytes]) -> Job:
    job = Job(root)
    for name, content in workforce.items():
        job.give("processing/input/workforce", name, content)
    return job


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, workforce) -> Job:
    def prepare(root: Path) -> None:
        done = prepare_job(root, workforce).process("prepare")
        assert done.returncode == 0, done.stdout + done.stderr

    return Job(made_once(tmp_path_factory, "prepare-job", prepare))


@pytest.fixture(scope="session")
def trained(tmp_path_factory, prepared) -> Job:
    def train(root: Path) -> None:
        job = Job(root)
        job.give_from("input/data/train", prepared.root / "processing/output/train")
        done = job.train(seed="0", trials="1", time_limit_s="60")
        assert done.returncode == 0, done.stdout + done.stderr

    return Job(made_once(tmp_path_factory, "train-job", train))


def evaluate_job(root: Path, prepared: Job, trained: Job, attributes: bytes) -> Job:
    job = Job(root)
    job.give("processing/input/model", "model.tar.gz", packed(trained.root / "model"))
    for name in ("train", "validation", "people"):
        job.give_from(f"processing/input/{name}", prepared.root / "processing/output" / name)
    job.give("processing/input/protected", "attributes.parquet", attributes)
    job.give("processing/input/champion", "champion.json", b'{"version":null}')
    return job


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory, prepared, trained, attributes) -> Job:
    def evaluate(root: Path) -> None:
        done = evaluate_job(root, prepared, trained, attributes).process("evaluate", SEED="0")
        assert done.returncode == 0, done.stdout + done.stderr

    return Job(made_once(tmp_path_factory, "evaluate-job", evaluate))


def gates_job(root: Path, prepared: Job, trained: Job, evaluated: Job) -> Job:
    job = Job(root)
    job.give("processing/input/model", "model.tar.gz", packed(trained.root / "model"))
    job.give_from("processing/input/evaluation", evaluated.root / "processing/output/evaluation")
    job.give_from("processing/input/baseline", prepared.root / "processing/output/baseline")
    job.give("processing/input/champion", "champion.json", b'{"version":null}')
    job.give("processing/input/waivers", "waivers.json", b'{"on":null,"waivers":[]}')
    return job


@pytest.fixture
def gates(tmp_path, prepared, trained, evaluated) -> Job:
    """A job ready to judge."""
    return gates_job(tmp_path / "gates", prepared, trained, evaluated)


@pytest.fixture(scope="session")
def package(tmp_path_factory, prepared, trained, evaluated, workforce) -> Package:
    """The package that came of it, and the people it was made for."""
    job = gates_job(tmp_path_factory.mktemp("package"), prepared, trained, evaluated)
    done = job.process("check-gates")
    assert done.returncode == 0, done.stdout + done.stderr
    written = job.written("processing/output")
    reports = {n.removeprefix("reports/"): c for n, c in written.items() if "reports/" in n}
    people = current_people(pl.read_parquet(io.BytesIO(workforce["features.parquet"])), SCHEMA)
    return Package(written["package/model.tar.gz"], reports, people)
