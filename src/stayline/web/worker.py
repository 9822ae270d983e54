"""One process that answers requests: ``python -m stayline.web.worker``, which is supervised."""

import gc
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stayline.errors import StaylineError
from stayline.settings import Settings, load_settings
from stayline.web.lifeline import Lifeline, worker_name
from stayline.web.metrics import NO_VARIANT

if TYPE_CHECKING:
    from litestar import Litestar

    from stayline.bootstrap import Ports

GARBAGE_EVERY = 20_000
"""After how many new objects garbage is looked for; requests leave hardly any in circles."""
_NOT_TOLD = "database_url"
"""Since whoever sees a command may read it; a worker takes its password from where we did."""


def worker_program(settings: Settings) -> list[str]:
    """Return the words that start a worker, but for what the supervisor hands it."""
    names = set(Settings.__dataclass_fields__) - {_NOT_TOLD}
    values = {name: getattr(settings, name) for name in sorted(names)}
    told = msgspec.json.encode(values | {"home": str(settings.home)}).decode()
    return [sys.executable, "-m", "stayline.web.worker", told]


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; 1 when that cannot even begin."""
    gc.disable()  # while what lives as long as the process comes in
    from stayline.bootstrap import build, once_reachable
    from stayline.web.app import app_of, gateway_of
    from stayline.web.later_app import LaterApp
    from stayline.web.logs import json_logs
    from stayline.web.metric_files import count_in_files, take_room
    from stayline.web.serving import serve
    from stayline.web.short_calls import ShortCalls
    from stayline.web.tls import tls_context

    values = msgspec.json.decode(arguments[0])
    home = Path(values.pop("home"))
    own = {_NOT_TOLD: getattr(load_settings(home=home), _NOT_TOLD)}
    settings = Settings(home=home, **values, **own)
    lifeline = Lifeline.handed(arguments[1:])
    count_in_files(settings.home)
    try:
        ports = once_reachable(lambda: build(settings))
        gateway = once_reachable(lambda: gateway_of(ports, settings))
        tls = tls_context(settings)
        once_reachable(lambda: ports.runner.purge_expired(at=ports.clock.now()))
        gateway.metrics.prepare(_variant_name(ports))
        take_room(settings.home)
    except StaylineError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    _fetch_signing_keys(ports)
    _look_at_the_rules(ports)
    app = LaterApp(lambda: _settled(app_of(gateway)))

    def begin() -> None:
        lifeline.tell_ready(lambda: gateway.metrics.note_lag(ports.capture.lag_s()))
        app.begin()

    # A strict capture waits for the disk, a model or a database elsewhere for its server.
    elsewhere = settings.endpoint_url or settings.database_url
    waits = settings.capture_durability != "grouped" or elsewhere
    lane = None if waits else ShortCalls(gateway)
    with json_logs(settings.log_level), ports.follower.follow(worker_name()):
        serve(
            app,
            lifeline.listening,
            on_ready=begin,
            lane=lane,
            tls=tls,
            on_beat=lifeline.beat,
        )
    ports.capture.close()
    ports.audit.close()
    return 1 if app.has_failed() else 0


def _settled(app: "Litestar") -> "Litestar":
    """Return the application once nothing of the start is looked through for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
    gc.enable()
    return app


def _fetch_signing_keys(ports: "Ports") -> None:
    """Let the first caller not wait for the identity provider; one that is down is asked again."""
    if ports.tokens is not None:
        with suppress(StaylineError):
            ports.tokens.check()


def _look_at_the_rules(ports: "Ports") -> None:
    """Know what holds before the first request comes: by then the database may be away."""
    from stayline.bootstrap import once_reachable

    for look in (ports.control.scope, ports.features.schema):
        with suppress(StaylineError):
            once_reachable(look)


def _variant_name(ports: "Ports") -> str:
    """Load the model, and name it; one that cannot be loaded yet is told by each answer."""
    from stayline.bootstrap import once_reachable

    with suppress(StaylineError):
        return once_reachable(ports.endpoint.variant).name
    return NO_VARIANT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
