"""The API over a home, answered by worker processes."""

from collections.abc import Callable

from stayline.settings import Settings
from stayline.web.exposure import check_exposure
from stayline.web.listening import listener
from stayline.web.metric_files import empty_figures, process_ended
from stayline.web.scaling import Scaling
from stayline.web.supervisor import supervise
from stayline.web.tls import tls_context
from stayline.web.worker import worker_program


def serve_home(settings: Settings, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, then let the workers finish what is under way and return.

    ``on_ready`` is told the address once a worker answers there. Raises `SettingRefused` when the
    address cannot be used or must not be, or the certificate cannot, and `StoreUnavailable` when no
    worker can start.
    """
    check_exposure(settings)
    scheme = "http" if tls_context(settings) is None else "https"
    listening = listener(settings)
    empty_figures(settings.home)
    supervise(
        worker_program(settings),
        listening,
        Scaling(settings.workers_min, settings.workers_max),
        on_ready=lambda url: on_ready(f"{scheme}{url.removeprefix('http')}"),
        on_end=lambda pid: process_ended(pid, settings.home),
    )
