"""Purges and erasures in processes of their own, which end by kill -9 at a chosen moment."""

import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from erasures import erase
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.bootstrap import build
from stayline.bootstrap.retention import personal_stores
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.settings import Settings
from stores import ANA


class EndsAt:
    """A store that works, until one of its methods is called: then the process is killed."""

    def __init__(self, store: object, method: str, *, is_after: bool) -> None:
        self._store, self._method, self._is_after = store, method, is_after

    def __getattr__(self, name: str) -> object:
        return self._end if name == self._method else getattr(self._store, name)

    def _end(self, *given: object, **named: object) -> None:
        if self._is_after:
            work: Callable[..., object] = getattr(self._store, self._method)
            work(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)


def erase_until(home: Path, store: str, method: str, is_after: bool) -> None:
    """Erase, and be killed when a store is first asked, or has done, what the method does."""
    ports = build(Settings(home=home))
    stores = personal_stores(ports)
    ending = EndsAt(getattr(stores, store), method, is_after=is_after)
    erase(ports, stores=replace(stores, **{store: ending}))


def purge_but_ana(folder: Path, before: datetime) -> None:
    """Purge captured lines of everybody else."""
    JsonlCaptureLog(folder).purge(before, held=frozenset({ANA}))


def look_and_erase(folder: Path, before: datetime) -> None:
    """Count captured lines, add some, erase somebody's and count again, until killed."""
    log = JsonlCaptureLog(folder)
    for number in itertools.count():
        token = EmployeeToken(f"{number % 3:032x}")
        answer = f'{{"token":"{token}","risk":0.1}}'
        at = before + (number % 30) * timedelta(hours=1)
        log.append([CaptureRecord(f"{os.getpid()}-{number}", at, "{}", answer)])
        log.ages(before)
        log.erase([token, ANA])
        log.ages(before)
