"""Settings in, ports out: the only place that chooses adapters."""

import os
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from stayline.bootstrap.ports import Ports
from stayline.errors import DatabaseAway, SettingRefused
from stayline.ports.clock import Clock
from stayline.settings import Settings

__all__ = ["Ports", "build", "once_reachable"]

PATIENCE_S = 60.0
"""How long a program that is to run on waits for a database that is away at its start."""
_RETRY_S = 0.5
_Made = TypeVar("_Made")


def build(settings: Settings, *, clock: Clock | None = None) -> Ports:
    """Return the adapters of a home; ``settings.home`` is made if missing.

    They are those of AWS where the home has an ``aws.toml``, or the stack's own variables name it
    (`aws_home_of`), else of this machine. A test passes
    its own ``clock``; everything else is real there, too. Raises `SettingRefused` when there can be
    no such folder or its ``aws.toml`` is wrong, and what the adapters raise when they are opened.
    """
    from stayline.adapters.embedded.clock import SystemClock
    from stayline.bootstrap.aws import aws_ports
    from stayline.bootstrap.embedded import embedded_ports
    from stayline.formats.aws_toml import aws_home_of, read_aws_home

    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        expected = f"a folder that can be made and written ({error.strerror})"
        raise SettingRefused("home", str(settings.home), expected) from error
    clock = clock or SystemClock()
    aws = read_aws_home(settings.home) or aws_home_of(os.environ)
    return embedded_ports(settings, clock) if aws is None else aws_ports(settings, aws, clock)


def once_reachable(make: Callable[[], _Made]) -> _Made:
    """Return what is made once the database's server answers: for programs that run on.

    Raises `DatabaseAway` after a minute.
    """
    until = monotonic() + PATIENCE_S
    while True:
        try:
            return make()
        except DatabaseAway:
            if monotonic() >= until:
                raise
            sleep(_RETRY_S)
