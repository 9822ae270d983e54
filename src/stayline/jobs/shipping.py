"""Bring what was captured on this gateway's disk to the object store, hour by hour."""

import logging
from contextlib import AbstractContextManager, nullcontext

from stayline.bootstrap import Ports
from stayline.jobs.each_time import each_time

EVERY_S = 60.0
_PATIENCE_S = 10.0
_log = logging.getLogger(__name__)


def ship(ports: Ports) -> None:
    """Ship what is due, where there is an object store; raises what it raises."""
    shipped = 0 if ports.shipping is None else ports.shipping.ship()
    if shipped:
        _log.info("%s files of captured requests were shipped.", shipped)


def shipping(ports: Ports, *, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Ship every minute in a thread while the block runs: a slow store must hold up nothing else.

    Each gateway does so for itself, whoever runs the jobs. A shipment may be cut short.
    """
    if ports.shipping is None:
        return nullcontext()

    def act() -> tuple[str, ...]:
        ship(ports)
        return ()

    return each_time("Shipping", act, every_s=every_s, patience_s=_PATIENCE_S)
