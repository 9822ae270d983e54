"""One request to a server of one's own, started and stopped for it."""

import json
import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

from stayline.errors import StoreUnavailable
from stayline.settings import Settings

if TYPE_CHECKING:
    from stayline.usecases.drill_stop_switch import WorkerTold

_PATIENCE_S = 30
_IN_THE_CLEAR = {
    "STAYLINE_HOST": "127.0.0.1",
    "STAYLINE_TLS_CERT": "",
    "STAYLINE_TLS_KEY": "",
    "STAYLINE_TRUSTED_PROXY": "",
}
"""It is asked from this very process, which need not know who signed the certificate."""


def ask_server(settings: Settings, body: str) -> tuple[str, dict[str, Any]]:
    """Return the URL and the answer of ``POST /v1/predict`` from a server on a free port."""
    command = [sys.executable, "-m", "stayline", "serve", "--port", "0"]
    command += ["--home", str(settings.home)]
    environment = os.environ | _IN_THE_CLEAR
    with subprocess.Popen(  # noqa: S603  (our own words)
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            url = _url(server)
            request = urllib.request.Request(  # noqa: S310  (the URL is our own server's)
                f"{url}/v1/predict", body.encode(), {"Content-Type": "application/json"}
            )
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(request, timeout=_PATIENCE_S) as answer:
                return url, json.load(answer)
        finally:
            server.terminate()


def _url(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise StoreUnavailable("The server", "it ended before it was ready.")


def worker_at(url: str) -> "WorkerTold":
    """Ask a server, over a connection of its own, which worker takes it and whether that scores.

    Raises `DrillFailed` when nobody answers, or not as a server of this version does.
    """
    from stayline.errors import DrillFailed
    from stayline.usecases.drill_stop_switch import WorkerTold

    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/v1/health", timeout=_PATIENCE_S) as answer:
            told = json.load(answer)
        return WorkerTold(str(told["worker"]), told["scoring"] == "stopped")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DrillFailed(f"no server of this home answers at {url} ({error})") from error
