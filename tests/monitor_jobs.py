"""Monitoring jobs: a package with its reports, and captured answers that it gave."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from container_jobs import Job
from stayline.domain.capture import CaptureRecord
from stayline.domain.monitoring import Watched
from stayline.formats.capture_records import ContentRules, capture_line
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.formats.watched_form import decode_watched
from stayline.modelling.predictor import Predictor
from stayline.modelling.watching.baselines import Baselines

START = datetime(2025, 3, 3, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = 4
END = START + HOURS * HOUR
SPAN = {"start_time": "2025-03-03T07:00:00Z", "end_time": "2025-03-03T11:00:00Z"}
SOURCE = "processing/input/endpoint"


@dataclass(frozen=True)
class Package:
    """A model with its evaluation files, and the rows of people it can be asked about."""

    archive: bytes
    reports: dict[str, bytes]
    people: pl.DataFrame

    @property
    def baselines(self) -> Baselines:
        return Baselines.of(read_archive(self.archive, archive_digest(self.archive)), self.reports)


def records(package: Package, people: pl.DataFrame, version: int | None = 1) -> list[CaptureRecord]:
    """Return one answer a person, spread evenly over the window."""
    model = package.baselines.model
    inputs = people.select([item.name for item in model.manifest.inputs])
    risks = Predictor(model).risks(people)
    found = []
    for at, (row, risk, token) in enumerate(
        zip(inputs.iter_rows(named=True), risks, people["token"], strict=True)
    ):
        when = START + (END - START) * at / people.height
        answer = {"token": token, "risk": float(risk), "band": "low", "model_version": version}
        found.append(
            CaptureRecord(
                event_id=f"event-{at}",
                inferred_at=when.replace(microsecond=at),
                request=json.dumps(row, default=str),
                answer=json.dumps(answer),
                inference_id=f"inference-{at}",
            )
        )
    return found


def place(at: datetime) -> str:
    return f"{SOURCE}/attrition/AllTraffic/{at:%Y/%m/%d/%H}"


def give_answers(job: Job, answers: Iterable[CaptureRecord], tail: bytes = b"") -> None:
    """Put the answers where data capture does, a file an hour; ``tail`` ends the last file."""
    hours: dict[datetime, list[bytes]] = {}
    for answer in answers:
        hour = answer.inferred_at.replace(minute=0, second=0, microsecond=0)
        hours.setdefault(hour, []).append(capture_line(answer, ContentRules()))
    for hour, lines in hours.items():
        ending = tail if hour == max(hours) else b""
        job.give(place(hour), "part-0.jsonl", b"".join(lines) + ending)


def monitor_job(root: Path, package: Package, answers: Iterable[CaptureRecord] = ()) -> Job:
    """Return a job ready to run, with the package and its reports."""
    job = Job(root)
    job.give("processing/input/model", "model.tar.gz", package.archive)
    for name, content in package.reports.items():
        job.give("processing/input/baseline", name, content)
    (root / SOURCE).mkdir(parents=True, exist_ok=True)
    give_answers(job, answers)
    return job


def give_labels(job: Job, left: dict[str, bool], tail: bytes = b"") -> None:
    """Put labels by event or inference id where ground truth is merged from."""
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": str(int(label)), "encoding": "CSV"},
                "eventMetadata": {"eventId": event},
                "eventVersion": "0",
            }
        ).encode()
        + b"\n"
        for event, label in left.items()
    ]
    folder = "processing/input/groundtruth/2025/03/03/07"
    job.give(folder, "labels.jsonl", b"".join(lines) + tail)


def labels_of(answers: Iterable[CaptureRecord], seed: int = 5) -> dict[str, bool]:
    """Return labels as the risks promise them."""
    rng = np.random.default_rng(seed)
    return {a.event_id: bool(rng.random() < json.loads(a.answer)["risk"]) for a in answers}


def with_risks(answers: Iterable[CaptureRecord], risks: Iterable[float]) -> list[CaptureRecord]:
    """Return the answers with other risks."""
    return [
        replace(answer, answer=json.dumps(json.loads(answer.answer) | {"risk": risk}))
        for answer, risk in zip(answers, risks, strict=True)
    ]


def outputs(job: Job) -> dict[str, bytes]:
    return job.written("processing/output")


def watched(job: Job) -> Watched:
    return decode_watched(outputs(job)["watched.json"])


def message(job: Job) -> str:
    content = (job.root / "output" / "message").read_bytes()
    assert 0 < len(content) <= 1024
    return content.decode()
