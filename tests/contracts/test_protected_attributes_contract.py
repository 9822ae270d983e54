import polars as pl
import pytest

from stayline.adapters.embedded import protected_attributes
from stayline.domain.protected_attributes import AuditPurpose
from stores import ANA, BO, HOUR, NOON, Backend, SetClock

AUDIT = AuditPurpose("zoë", "quarterly fairness audit")


def rows(*values: tuple, attributes: tuple[str, ...] = ("Age", "Gender")) -> pl.DataFrame:
    names = {"token": pl.String, "event_time": pl.Datetime("us", "UTC")}
    return pl.DataFrame(
        list(values), schema=names | dict.fromkeys(attributes, pl.String), orient="row"
    )


def test_rows_come_back_sorted_by_person_and_event_time(backend: Backend) -> None:
    store = backend.protected(SetClock())
    later, earlier = (ANA, NOON, "41", "Женский"), (ANA, NOON - HOUR, "40", None)
    other = (BO, NOON, None, 'with "quotes"\n')
    assert store.put(rows(other, later, earlier)) == 3
    found = backend.protected(SetClock()).read(AUDIT)
    assert found.equals(rows(earlier, later, other))
    assert found.schema == rows().schema


def test_a_repeated_put_changes_nothing_and_a_correction_replaces(backend: Backend) -> None:
    store = backend.protected(SetClock())
    assert store.put(rows((ANA, NOON, "41", "F"))) == 1
    assert store.put(rows((ANA, NOON, "41", "F"))) == 0
    assert store.put(rows((ANA, NOON, "42", "F"))) == 1
    assert store.read(AUDIT).equals(rows((ANA, NOON, "42", "F")))


@pytest.mark.parametrize("rows_at_once", [1, 50_000])
def test_rows_with_other_attributes_read_as_missing_there(
    backend: Backend, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protected_attributes, "_ROWS_AT_ONCE", rows_at_once)
    store = backend.protected(SetClock())
    store.put(rows((ANA, NOON, "41"), attributes=("Age",)))
    store.put(rows((BO, NOON, "F"), attributes=("Gender",)))
    assert store.read(AUDIT).equals(rows((ANA, NOON, "41", None), (BO, NOON, None, "F")))


def test_every_read_leaves_a_record_even_of_an_empty_store(backend: Backend) -> None:
    clock = SetClock()
    store = backend.protected(clock)
    assert store.reads() == []
    assert store.read(AUDIT).height == 0
    clock.instant = NOON - HOUR
    store.read(AuditPurpose("bo", "price of the rule"))
    assert backend.protected(clock).reads() == [
        (AUDIT, NOON.isoformat()),
        (AuditPurpose("bo", "price of the rule"), (NOON - HOUR).isoformat()),
    ]


def test_erasing_removes_one_person(backend: Backend) -> None:
    store = backend.protected(SetClock())
    store.put(rows((ANA, NOON, "41", "F"), (ANA, NOON - HOUR, "40", "F"), (BO, NOON, "30", "M")))
    assert store.erase(ANA) == 2
    assert store.erase(ANA) == 0
    assert store.read(AUDIT).get_column("token").to_list() == [BO]
    assert store.problems() == []


def test_the_rows_of_some_people_are_read_alone_and_the_read_is_recorded(
    backend: Backend,
) -> None:
    store = backend.protected(SetClock())
    store.put(rows((ANA, NOON, "41", "F"), (BO, NOON, "42", "M")))
    assert store.read_of([BO], AUDIT).equals(rows((BO, NOON, "42", "M")))
    assert store.read_of([], AUDIT).is_empty()
    assert [purpose for purpose, _ in store.reads()] == [AUDIT] * 2


def test_a_renamed_person_is_found_by_the_new_token_alone_however_often_it_is_done(
    backend: Backend,
) -> None:
    store = backend.protected(SetClock())
    store.put(rows((ANA, NOON, "41", "F"), (ANA, NOON - HOUR, "40", "F"), (BO, NOON, "42", "M")))
    renames = pl.DataFrame({"alias": [ANA, "c" * 32], "token": [BO, "d" * 32]})
    store.rename(renames)
    store.rename(renames)
    assert store.read(AUDIT).equals(rows((BO, NOON - HOUR, "40", "F"), (BO, NOON, "42", "M")))
    assert ANA.encode() not in backend.everything()
