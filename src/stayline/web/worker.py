"""One process that answers requests: ``python -m stayline.web.worker``, started by the supervisor.

It is handed its settings and three file descriptors: the listening socket, a pipe to tell its state
in, and a pipe whose end means that the supervisor is gone.
"""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from stayline.errors import StaylineError
from stayline.settings import Settings

READY = "ready"
BUSY_EVERY_S = 0.5


def arguments_for(settings: Settings, listening: int, state: int, life: int) -> list[str]:
    """Return the words that start a worker, after the interpreter's."""
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    told = msgspec.json.encode(values | {"home": str(settings.home)}).decode()
    return ["-m", "stayline.web.worker", told, str(listening), str(state), str(life)]


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; 1 when that cannot even begin."""
    from stayline.bootstrap import build
    from stayline.web.app import create_app
    from stayline.web.serving import serve
    from stayline.web.short_calls import ShortCalls

    values = msgspec.json.decode(arguments[0])
    settings = Settings(**values | {"home": Path(values["home"])})
    listening, state, life = (int(number) for number in arguments[1:])
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    try:
        ports = build(settings)
        app = create_app(ports, settings)
        ports.runner.purge_expired(at=ports.clock.now())
    except StaylineError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    gc.collect()
    gc.freeze()  # what lives as long as the process need not be looked through again
    grouped = settings.capture_durability == "grouped"
    serve(
        app,
        socket.socket(fileno=listening),
        on_ready=lambda: _report(state),
        lane=ShortCalls(app.state.gateway) if grouped else None,
    )
    return 0


def _report(state: int) -> None:
    """Tell that requests are answered, and from then on how busy this process is."""
    os.write(state, f"{READY}\n".encode())
    threading.Thread(target=_tell_busy, args=(state,), daemon=True).start()


def _tell_busy(state: int) -> None:
    used, then = time.process_time(), time.monotonic()
    while True:
        time.sleep(BUSY_EVERY_S)
        now_used, now = time.process_time(), time.monotonic()
        os.write(state, f"{(now_used - used) / (now - then):.3f}\n".encode())
        used, then = now_used, now


def _end_with(life: int) -> None:
    """Stop in good order when the supervisor is gone, however it went."""
    while os.read(life, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
