"""A fake of SageMaker's jobs: our programs as real processes, in folders as the platform has them.

The folder stands for ``/opt/ml``, and there is no container around the program: not its network,
its user, its role nor its machine. What is in S3 comes and goes as with a job in ``File`` mode.
"""

import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from container_jobs import Job

_MACHINE = b'{"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}'


class JobFailed(Exception):
    """A job did not come to its end; the text is the reason that SageMaker gives."""


class FakeJob:
    """One job; ``printed`` is what its program printed."""

    def __init__(self, s3: Any, root: Path) -> None:
        self._s3 = s3
        self._job = Job(root)
        self._process: subprocess.Popen[str] | None = None
        self.printed = ""
        self.was_stopped = False

    def process(self, asked: Mapping[str, Any]) -> None:
        """Run a processing job to its end; ``asked`` is CreateProcessingJob's request."""
        outputs = asked["ProcessingOutputConfig"]["Outputs"]
        for given in asked.get("ProcessingInputs", ()):
            source = given["S3Input"]
            self._bring(source["S3Uri"], source["LocalPath"])
        for output in outputs:
            self._folder(output["S3Output"]["LocalPath"]).mkdir(parents=True)
        self._job.give("config", "processingjobconfig.json", json.dumps(asked).encode())
        self._job.give("config", "resourceconfig.json", _MACHINE)
        program = asked["AppSpecification"]
        command = [*program["ContainerEntrypoint"], *program["ContainerArguments"]]
        self._run(command, asked.get("Environment", {}), asked["StoppingCondition"], "")
        for output in outputs:
            place = output["S3Output"]
            self._take_away(self._folder(place["LocalPath"]), place["S3Uri"])

    def train(self, asked: Mapping[str, Any]) -> None:
        """Run a training job to its end, and pack its model; CreateTrainingJob's request."""
        for channel in asked["InputDataConfig"]:
            source = channel["DataSource"]["S3DataSource"]
            self._bring(source["S3Uri"], f"/opt/ml/input/data/{channel['ChannelName']}")
        for name in ("model", "output/data"):
            self._folder(f"/opt/ml/{name}").mkdir(parents=True)
        hyperparameters = json.dumps(asked["HyperParameters"]).encode()
        channels = {one["ChannelName"]: _FILES for one in asked["InputDataConfig"]}
        self._job.give("input/config", "hyperparameters.json", hyperparameters)
        self._job.give("input/config", "inputdataconfig.json", json.dumps(channels).encode())
        self._job.give("input/config", "resourceconfig.json", _MACHINE)
        program = asked["AlgorithmSpecification"]
        command = [*program["ContainerEntrypoint"], *program["ContainerArguments"]]
        named = {"TRAINING_JOB_NAME": asked["TrainingJobName"]} | asked.get("Environment", {})
        self._run(command, named, asked["StoppingCondition"], "output/failure")
        place = f"{asked['OutputDataConfig']['S3OutputPath']}/{asked['TrainingJobName']}/output"
        bucket, key = _place(place)
        packed = _packed(self._folder("/opt/ml/model"))
        self._s3.put_object(Bucket=bucket, Key=f"{key}/model.tar.gz", Body=packed)

    def stop(self) -> None:
        """End its program."""
        self.was_stopped = True
        if self._process is not None:
            self._process.kill()

    def _run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        limit: Mapping[str, int],
        told: str,
    ) -> None:
        """Run the program; of its own words SageMaker gives those in the file ``told``, if any."""
        with self._job.begin([*command], environment) as self._process:
            if self.was_stopped:
                self._process.kill()
            try:
                printed = self._process.communicate(timeout=limit["MaxRuntimeInSeconds"])
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise JobFailed("MaxRuntimeExceeded") from None
        self.printed = "".join(printed)
        if self._process.returncode:
            file = self._job.root / told
            words = (
                file.read_text("utf-8") if file.is_file() else "See job logs for more information"
            )
            raise JobFailed(f"AlgorithmError: {words}, exit code: {self._process.returncode}")

    def _bring(self, uri: str, folder: str) -> None:
        """Download every object whose key begins so; a job with an input of none fails."""
        bucket, prefix = _place(uri)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        if not keys:
            told = f'No S3 objects found under S3 URL "{uri}" given in input data source.'
            raise JobFailed(f"ClientError: {told} Please ensure that the bucket exists.")
        for key in keys:
            name = key.removeprefix(prefix).lstrip("/") or key.rpartition("/")[2]
            path = self._folder(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _take_away(self, folder: Path, uri: str) -> None:
        """Upload every file; what lies there already stays, and a folder without files is none."""
        bucket, prefix = _place(uri)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                key = f"{prefix.rstrip('/')}/{path.relative_to(folder).as_posix()}"
                self._s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())

    def _folder(self, place: str) -> Path:
        return self._job.root / Path(place).relative_to("/opt/ml")


_FILES = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}


def _place(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


def _packed(folder: Path) -> bytes:
    """Pack a model as SageMaker does: with its folders, and the times and owners of its files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    return out.getvalue()
