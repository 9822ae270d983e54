"""The gateway in a process that has what its bundle has, and nothing else.

The folder is laid out as `infra.bundle` does it, of links to this environment's own libraries
instead of wheels for another machine. Python is started without its environment (``-I -S``), so
that a library which nobody put into the folder is not there.
"""

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.bundle import PACKED, PRODUCT, REQUIREMENTS, lay_product, pack
from stayline.web.packed_libraries import PACKED_FOLDER

OF_LAMBDA = ("boto3",)
"""What Lambda brings itself, with what that needs."""
_NO_EXTRA = {"extra": ""}
_PROGRAM = """
import asyncio, json, sys, types
sys.path.insert(0, sys.argv[1])
asyncio.set_event_loop(asyncio.new_event_loop())  # as in Lambda
from stayline.web.aws_gateway import handler
for line in sys.stdin:
    answer = handler(json.loads(line), types.SimpleNamespace(aws_request_id="r1"))
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps([answer, loaded]), flush=True)
"""


class BundledGateway:
    """A process that answers events, and tells which libraries it has loaded by then."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.loaded: set[str] = set()

    def ask(self, event: dict[str, Any]) -> tuple[int, Any]:
        """Return status and body; fails with what the process said where it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(event) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it told why
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.communicate()[1])
        answer, loaded = json.loads(line)
        self.loaded = set(loaded)
        body = answer["body"]
        text = base64.b64decode(body) if answer["isBase64Encoded"] else body
        return answer["statusCode"], json.loads(text or "null")


@contextmanager
def bundled_gateway(
    bundle: Path, variables: Mapping[str, str], *, python: str = sys.executable
) -> Iterator[BundledGateway]:
    """Start the process; it ends with the block."""
    command = [python, "-I", "-S", "-c", _PROGRAM, str(bundle)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=dict(variables)
    ) as process:
        try:
            yield BundledGateway(process)
        finally:
            process.kill()
            process.communicate()


def lay_out(
    folder: Path,
    requirements: Sequence[str] = REQUIREMENTS,
    packed: Mapping[str, tuple[str, ...]] = PACKED,
    *,
    product: Path = PRODUCT,
) -> Path:
    """Lay out a bundle; return it."""
    folder.mkdir()
    lay_product(folder, product)
    for top in _parts([*requirements, *OF_LAMBDA]):
        (folder / top.name).symlink_to(top)
    for name, required in packed.items():
        apart = folder.parent / f"{folder.name}-{name}"
        apart.mkdir()
        for top in _parts(required):
            if not (folder / top.name).exists():
                (shutil.copytree if top.is_dir() else shutil.copy)(top, apart / top.name)
        pack(apart, folder / PACKED_FOLDER / f"{name}.zip", compression=zipfile.ZIP_STORED)
    return folder


def needed(requirements: Sequence[str]) -> set[str]:
    """Return the names of distributions and of all that they need here."""
    waiting, seen = list(requirements), set[str]()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in seen:
            seen.add(name)
            needs = map(Requirement, distribution(name).requires or ())
            waiting += [
                need.name
                for need in needs
                if need.marker is None or need.marker.evaluate(_NO_EXTRA)
            ]
    return seen


def _parts(requirements: Sequence[str]) -> set[Path]:
    """Return the folders and files that distributions brought, and all that they need."""
    parts = set[Path]()
    for found in map(distribution, needed(requirements)):
        tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
        parts |= {Path(str(found.locate_file(top))) for top in tops}
    return parts
