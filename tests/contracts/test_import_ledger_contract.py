from dataclasses import replace

from stayline.ports.import_ledger import ImportRecord
from stores import HOUR, NOON, Backend

RECORD = ImportRecord("sha256:f", "sha256:s", NOON, NOON, key_fingerprint="0123")


def test_an_unknown_import_is_none(backend: Backend) -> None:
    assert backend.imports().find("sha256:f", "sha256:s") is None


def test_an_import_is_found_unfinished_then_finished(backend: Backend) -> None:
    backend.imports().start(RECORD)
    assert backend.imports().find("sha256:f", "sha256:s") == RECORD
    backend.imports().complete(RECORD, at=NOON + HOUR, rows=7, rejected=2)
    done = replace(RECORD, completed_at=NOON + HOUR, rows=7, rejected=2)
    assert backend.imports().find("sha256:f", "sha256:s") == done


def test_starting_again_keeps_the_first_start(backend: Backend) -> None:
    for first in (RECORD, replace(RECORD, event_time=None)):
        backend.imports().start(first)
        backend.imports().start(replace(first, started_at=NOON + HOUR))
    assert backend.imports().records() == [RECORD, replace(RECORD, event_time=None)]


def test_the_same_file_as_of_another_time_is_another_import(backend: Backend) -> None:
    ledger, names = backend.imports(), ("sha256:f", "sha256:s")
    later = replace(RECORD, event_time=NOON + HOUR, started_at=NOON + HOUR)
    ledger.start(RECORD)
    assert ledger.find(*names, NOON + HOUR) is None
    ledger.start(later)
    ledger.complete(later, at=NOON + HOUR, rows=7, rejected=2)
    assert ledger.find(*names, NOON) == RECORD
    assert ledger.find(*names) == RECORD
    ledger.complete(RECORD, at=NOON + HOUR, rows=5, rejected=0)
    newest = ledger.find(*names)
    assert newest is not None
    assert (newest.event_time, newest.rows) == (NOON + HOUR, 7)


def test_the_same_file_under_another_schema_is_another_import(backend: Backend) -> None:
    ledger = backend.imports()
    other = replace(RECORD, schema_digest="sha256:t", started_at=NOON - HOUR, event_time=None)
    ledger.start(RECORD)
    ledger.start(other)
    assert ledger.records() == [other, RECORD]
