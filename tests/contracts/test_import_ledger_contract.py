from dataclasses import replace

from stayline.ports.import_ledger import ImportRecord
from stores import HOUR, NOON, Backend

RECORD = ImportRecord("sha256:f", "sha256:s", NOON, NOON)


def test_an_unknown_import_is_none(backend: Backend) -> None:
    assert backend.imports().find("sha256:f", "sha256:s") is None


def test_an_import_is_found_unfinished_then_finished(backend: Backend) -> None:
    backend.imports().start(RECORD)
    assert backend.imports().find("sha256:f", "sha256:s") == RECORD
    backend.imports().complete("sha256:f", "sha256:s", at=NOON + HOUR, rows=7, rejected=2)
    done = replace(RECORD, completed_at=NOON + HOUR, rows=7, rejected=2)
    assert backend.imports().find("sha256:f", "sha256:s") == done


def test_starting_again_keeps_the_event_time_of_the_first_start(backend: Backend) -> None:
    backend.imports().start(RECORD)
    backend.imports().start(replace(RECORD, event_time=NOON + HOUR, started_at=NOON + HOUR))
    assert backend.imports().records() == [RECORD]


def test_the_same_file_under_another_schema_is_another_import(backend: Backend) -> None:
    ledger = backend.imports()
    other = replace(RECORD, schema_digest="sha256:t", started_at=NOON - HOUR, event_time=None)
    ledger.start(RECORD)
    ledger.start(other)
    assert ledger.records() == [other, RECORD]
