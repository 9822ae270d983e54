"""What the containers run needs no more than compose file and chart leave it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from target_server import free_port
from waiting import end, soon

SCRIPT = Path(__file__).with_name("confined.sh")
MODULE = [sys.executable, "-m"]


def _can_be_confined() -> bool:
    mounts = "mount --make-rprivate / && mount -t tmpfs tmpfs /mnt"
    tried = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        f"{mounts} && setpriv --clear-groups --regid 1000 true",
    ]
    try:
        done = subprocess.run(tried, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


pytestmark = pytest.mark.skipif(
    not _can_be_confined(), reason="needs root, and a system that lets it mount"
)


@contextmanager
def confined(folder: Path, *words: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command over a home below the folder; its words are in `said`."""
    home, passing = folder / "home", folder / "passing"
    for one in (home, passing):
        one.mkdir(exist_ok=True)
    env = os.environ | environment | {"STAYLINE_HOME": str(home), "TMPDIR": str(passing)}
    command = ["unshare", "--mount", "sh", str(SCRIPT), str(home), str(passing), *words]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=env, cwd="/")
    try:
        yield process
    finally:
        end(process)


def is_there(url: str) -> bool:
    try:
        with urlopen(url) as answer:  # noqa: S310  (of ours)
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def seen_by(process: "subprocess.Popen[bytes]", path: Path) -> Path:
    """Return a path as the process sees it, through its own mounts."""
    return Path(f"/proc/{process.pid}/root{path}")


def test_nothing_else_can_be_written(tmp_path: Path) -> None:
    with confined(tmp_path, "touch", str(tmp_path / "elsewhere")) as process:
        assert process.wait(timeout=30) != 0
    assert "Read-only file system" in (tmp_path / "said").read_text("utf-8")


def test_a_gateway_makes_its_home_in_somebody_else_s_volume_and_keeps_it_to_itself(
    tmp_path: Path,
) -> None:
    port = free_port()
    settings = {"STAYLINE_PORT": str(port), "STAYLINE_TOKEN_KEY": "0f" * 32}
    with confined(tmp_path, *MODULE, "stayline", "serve", **settings) as process:
        assert soon(partial(is_there, f"http://127.0.0.1:{port}/healthz")), (
            tmp_path / "said"
        ).read_text("utf-8")
        home = seen_by(process, tmp_path / "home")
        files = [one for one in home.rglob("*") if one.is_file()]
        assert files
        assert {oct(one.stat().st_mode & 0o777) for one in files} == {"0o600"}


def test_the_loop_of_jobs_runs_over_such_a_home(tmp_path: Path) -> None:
    with confined(
        tmp_path, *MODULE, "stayline", "jobs", "loop", STAYLINE_TOKEN_KEY="0f" * 32
    ) as process:
        home = seen_by(process, tmp_path / "home")
        assert soon((home / "state.db").exists)
        assert process.poll() is None, (tmp_path / "said").read_text("utf-8")


def test_a_scheduler_and_a_worker_of_dask_need_a_folder_for_what_is_passing(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    port, health, own = free_port(), free_port(), free_port()
    dask = [*MODULE, "dask"]
    scheduler = ["scheduler", "--host=127.0.0.1", f"--port={port}", "--no-dashboard"]
    worker = ["worker", f"tcp://127.0.0.1:{port}", "--nthreads=1", "--no-dashboard"]
    (tmp_path / "other").mkdir()
    passing = str(tmp_path / "other" / "passing")
    with (
        confined(tmp_path, *dask, *scheduler, f"--dashboard-address=127.0.0.1:{health}"),
        confined(
            tmp_path / "other",
            *(*dask, *worker, f"--local-directory={passing}", "--memory-limit=256MiB"),
            f"--dashboard-address=127.0.0.1:{own}",
        ),
    ):
        assert soon(partial(is_there, f"http://127.0.0.1:{health}/health"))
        assert soon(partial(is_there, f"http://127.0.0.1:{own}/health"))
