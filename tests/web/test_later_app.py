"""Requests for what is not there yet wait for it, and a start that fails is not silent."""

import asyncio
import subprocess
import sys
import threading

import httpx
import pytest

from stayline.web.later_app import LaterApp

FAILING = """
import socket, sys
from stayline.web.later_app import LaterApp
from stayline.web.serving import serve

def make():
    raise RuntimeError("no routes")

app = LaterApp(make)
serve(app, socket.create_server(("127.0.0.1", 0)), on_ready=app.begin)
sys.exit(7 if app.has_failed() else 0)
"""


async def hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def test_requests_wait_until_it_is_made_and_one_that_gives_up_stops_no_other():
    may_end = threading.Event()
    app = LaterApp(lambda: (may_end.wait(10), hello)[1])

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            app.begin()
            waiting, leaving = (asyncio.create_task(client.get(path)) for path in ("/a", "/b"))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            leaving.cancel()
            await asyncio.sleep(0)
            may_end.set()
            return (await waiting).text, (await client.get("/c")).text

    assert asyncio.run(ask()) == ("/a", "/c")
    assert not app.has_failed()


@pytest.mark.parametrize("moment", ["startup", "shutdown"])
def test_it_takes_part_in_a_life_before_it_is_made(moment):
    app, told = LaterApp(lambda: hello), []

    async def receive():
        return {"type": f"lifespan.{moment}"}

    async def send(message):
        told.append(message["type"])

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert f"lifespan.{moment}.complete" in told


def test_a_process_whose_routes_cannot_be_made_ends_and_says_so():
    done = subprocess.run(
        [sys.executable, "-c", FAILING], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 7
    assert "The routes could not be made." in done.stderr
