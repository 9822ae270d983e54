"""The proxy of the compose file before real gateways: who is asked, and in whose words."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from deployed_parts import COMPOSE
from served_home import served
from target_server import free_port
from waiting import end, soon

pytestmark = pytest.mark.skipif(
    shutil.which("haproxy") is None, reason="HAProxy is not installed here"
)
JSON = {"Content-Type": "application/json"}
BEHIND_A_PROXY = {"trusted_proxy": "127.0.0.1"}


@contextmanager
def proxied(folder: Path, *gateways: str) -> Iterator[str]:
    """Run the proxy with the compose file's own settings, but for the addresses in it."""
    text, port = (COMPOSE.parent / "haproxy.cfg").read_text("utf-8"), free_port()
    text = text.replace("bind :8080", f"bind 127.0.0.1:{port}")
    for name, url in zip(("gateway-a", "gateway-b"), gateways, strict=True):
        text = text.replace(f"{name}:8080", url.removeprefix("http://"))
    file = folder / "haproxy.cfg"
    file.write_text(text, "utf-8")
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen(["haproxy", "-db", "-f", str(file)], stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def asked(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Return the status and the body of what is answered; 0 for nothing."""
    try:
        with urlopen(Request(url, body, JSON)) as answer:  # noqa: S310  (of ours)
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def says(url: str, status: int) -> bool:
    return asked(url)[0] == status


def test_callers_are_sent_to_who_is_ready_and_else_to_who_can_say_why_not(
    home: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with (
        served(empty, **BEHIND_A_PROXY) as waiting,
        served(home, **BEHIND_A_PROXY) as ready,
        proxied(tmp_path, waiting.url, ready.url) as url,
    ):
        assert soon(partial(says, f"{url}/readyz", 200))
        assert {asked(f"{url}/readyz")[0] for _ in range(20)} == {200}
        ready.process.terminate()
        assert soon(lambda: b"no model is deployed" in asked(f"{url}/readyz")[1])


def test_a_gateway_that_is_gone_costs_nobody_an_answer(home: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(home, tmp_path / "other"))
    with (
        served(home, **BEHIND_A_PROXY) as killed,
        served(other, **BEHIND_A_PROXY) as left,
        proxied(tmp_path, killed.url, left.url) as url,
    ):
        for gateway in (killed, left):
            assert soon(partial(says, f"{gateway.url}/readyz", 200))
        assert soon(partial(says, f"{url}/ping", 200))
        for child in [*killed.workers(), killed.process.pid]:
            os.kill(child, signal.SIGKILL)
        killed.process.wait(timeout=20)
        assert soon(partial(says, killed.url, 0))
        assert [asked(f"{url}/ping")[0] for _ in range(50)] == [200] * 50


def test_nobody_who_comes_through_the_proxy_is_taken_for_somebody_at_this_machine(
    home: Path, tmp_path: Path
) -> None:
    with (
        served(home, **BEHIND_A_PROXY) as gateway,
        proxied(tmp_path, gateway.url, gateway.url) as url,
    ):
        assert soon(partial(says, f"{url}/readyz", 200))
        status, body = asked(f"{url}/v1/predict", b'{"employee_id": "1"}')
        assert status == 401
        assert b"predict" not in (tmp_path / "haproxy.log").read_bytes()
        assert "status" in json.loads(body)
