"""One process that answers requests: ``python -m stayline.web.worker``, which is supervised."""

import gc
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stayline.errors import StaylineError
from stayline.settings import Settings
from stayline.web.lifeline import Lifeline, worker_name
from stayline.web.metrics import NO_VARIANT

if TYPE_CHECKING:
    from stayline.bootstrap import Ports

GARBAGE_EVERY = 20_000
"""After how many new objects garbage is looked for; requests leave hardly any in circles."""


def worker_program(settings: Settings) -> list[str]:
    """Return the words that start a worker, but for what the supervisor hands it."""
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    told = msgspec.json.encode(values | {"home": str(settings.home)}).decode()
    return [sys.executable, "-m", "stayline.web.worker", told]


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; 1 when that cannot even begin."""
    from stayline.bootstrap import build
    from stayline.web.app import create_app
    from stayline.web.logs import json_logs
    from stayline.web.metric_files import count_in_files, take_room
    from stayline.web.serving import serve
    from stayline.web.short_calls import ShortCalls
    from stayline.web.tls import tls_context

    values = msgspec.json.decode(arguments[0])
    settings = Settings(**values | {"home": Path(values["home"])})
    lifeline = Lifeline.handed(arguments[1:])
    count_in_files(settings.home)
    try:
        ports = build(settings)
        app = create_app(ports, settings)
        tls = tls_context(settings)
        ports.runner.purge_expired(at=ports.clock.now())
        app.state.gateway.metrics.prepare(_variant_name(ports))
        take_room(settings.home)
    except StaylineError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    _fetch_signing_keys(ports)
    gc.collect()
    gc.freeze()  # what lives as long as the process need not be looked through again
    gc.set_threshold(GARBAGE_EVERY)
    # A strict capture waits for the disk, a model elsewhere for its server.
    waits = settings.capture_durability != "grouped" or settings.endpoint_url
    lane = None if waits else ShortCalls(app.state.gateway)
    with json_logs(settings.log_level), ports.follower.follow(worker_name()):
        metrics = app.state.gateway.metrics
        serve(
            app,
            lifeline.listening,
            on_ready=lambda: lifeline.tell_ready(lambda: metrics.note_lag(ports.capture.lag_s())),
            lane=lane,
            tls=tls,
            on_beat=lifeline.beat,
        )
    ports.capture.close()
    ports.audit.close()
    return 0


def _fetch_signing_keys(ports: "Ports") -> None:
    """Let the first caller not wait for the identity provider; one that is down is asked again."""
    if ports.tokens is not None:
        with suppress(StaylineError):
            ports.tokens.check()


def _variant_name(ports: "Ports") -> str:
    """Load the model, and name it; one that cannot be loaded yet is told by each answer."""
    with suppress(StaylineError):
        return ports.endpoint.variant().name
    return NO_VARIANT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
