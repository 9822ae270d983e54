"""Jobs started as the platform starts them: a folder tree, a clean environment, a command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCKER = Path(__file__).parents[1] / "docker"


@dataclass(frozen=True)
class Job:
    """The root of one job, which stands for ``/opt/ml``."""

    root: Path

    def give(self, folder: str, name: str, content: bytes) -> None:
        """Put a file where the platform would."""
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def give_from(self, folder: str, source: Path) -> None:
        """Put all files of a former job's folder where the platform would."""
        for file in source.iterdir():
            self.give(folder, file.name, file.read_bytes())

    def start(
        self, command: list[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end with nothing in its environment but what a job is given."""
        with self.begin(command, environment or {}) as process:
            printed, failed = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, printed, failed)

    def begin(self, command: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Begin what `start` runs; whoever does so sees to its end."""
        image = Path(sys.executable).parent
        given = {
            "PATH": os.pathsep.join([str(DOCKER), str(image), "/usr/bin", "/bin"]),
            "STAYLINE_ML_ROOT": str(self.root),
            **environment,
        }
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=given, cwd=self.root, stdout=pipe, stderr=pipe, text=True
        )

    def process(self, program: str, **options: str) -> subprocess.CompletedProcess[str]:
        """Run a processing job by the entry point that the definition names."""
        return self.start(["python", "-m", "stayline.container", program], options)

    def train(self, **hyperparameters: str) -> subprocess.CompletedProcess[str]:
        """Run a training job as ``docker run IMAGE train`` does."""
        self.give("input/config", "hyperparameters.json", json.dumps(hyperparameters).encode())
        return self.start(["train"])

    def written(self, folder: str) -> dict[str, bytes]:
        """Return the files of a folder by their relative names."""
        return {
            str(path.relative_to(self.root / folder)): path.read_bytes()
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file()
        }
