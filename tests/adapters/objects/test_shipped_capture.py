"""Captured hours on their way from a gateway's disk to the object store: each record once."""

import random
from datetime import timedelta

import pytest

from fake_aws import Killed, die, just_before
from shared_storage import note_way, ship_all
from stayline.adapters.embedded.shipped_capture_log import LATE
from stayline.adapters.objects.clients import ServiceClients
from stayline.adapters.objects.storage import Storage
from stayline.domain.capture import CaptureRecord
from stayline.errors import StoreDamaged, StoreUnavailable
from store_processes import told
from stored_backend import StoredBackend
from stores import ANA, BO, HOUR, NOON
from waiting import soon

TOP = NOON.replace(minute=0, second=0, microsecond=0)
ONE_O_CLOCK = TOP + HOUR


def of(token, name, at=NOON):
    return CaptureRecord(name, at, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}')


def names(log):
    return [one.event_id for one in log.read(TOP - HOUR, TOP + 99 * HOUR)]


def here(home, name="home"):
    return sorted(path.name for path in (home / name / "capture").rglob("*.jsonl"))


def after(home, wait):
    """Return the log as it is opened when so much has passed since noon's hour began."""
    home.clock.instant = TOP + wait
    return home.log()


def captured(home, *records):
    log = home.log()
    log.append(records)
    log.close()


def test_an_hour_goes_once_it_is_over_and_no_line_of_it_can_come_any_more(gateway, tmp_path):
    home = gateway("home")
    captured(home, of(ANA, "one"), of(BO, "two"), of(BO, "later", NOON + HOUR))
    assert after(home, HOUR).ship() == 0
    log = after(home, HOUR + LATE)
    assert (log.ship(), log.ship()) == (1, 0)
    assert len(here(tmp_path)) == 1
    (key,) = home.keys()
    assert key.startswith("capture/risk/gateway/2026/03/01/12/")
    assert names(log) == ["one", "two", "later"]
    assert [one.event_id for one in log.newest(2)] == ["two", "later"]
    assert log.problems() == []


def test_what_somebody_still_writes_stays_until_that_lets_go(gateway):
    home = gateway("home")
    home.clock.instant = NOON
    writer = home.log()
    writer.append([of(ANA, "one")])
    writer.flush()
    home.clock.instant = ONE_O_CLOCK + LATE
    assert home.log().ship() == 0
    writer.lag_s()  # asked every second by the process that answers
    assert home.log().ship() == 1
    writer.append([of(BO, "late")])
    writer.close()
    assert home.log().ship() == 1
    assert sorted(names(writer)) == ["late", "one"]


def test_gateways_that_ship_the_same_hour_see_what_all_of_them_captured(gateway):
    homes = [gateway(name) for name in ("a", "b", "c")]
    for number, home in enumerate(homes):
        captured(home, of(BO, f"{number}", NOON + number * timedelta(seconds=1)))
        assert after(home, HOUR + LATE).ship() == 1
    assert len(homes[0].keys()) == 3
    for home in homes:
        assert sorted(names(home.log())) == ["0", "1", "2"]
        assert [one.event_id for one in home.log().newest(2)] == ["1", "2"]
        assert home.log().ages(TOP + 2 * HOUR).rows == 3


@pytest.mark.parametrize("call", ["s3.GetObject", "s3.ListObjectVersions"])
def test_killed_before_the_file_went_it_is_shipped_again_and_read_once(
    gateway, storage, tmp_path, call
):
    home = gateway("home")
    captured(home, of(ANA, "one"), of(BO, "two"))
    home.clock.instant = ONE_O_CLOCK + LATE
    doomed = Storage(ServiceClients(), storage.bucket, storage.prefix)
    just_before(doomed.clients, call, die)
    with pytest.raises(Killed):
        StoredBackend(tmp_path / "home", doomed, home.clock).log().ship()
    assert (len(here(tmp_path)), len(home.keys())) == (1, 1)
    log = home.log()
    assert names(log) == ["one", "two"]
    assert [one.event_id for one in log.newest(9)] == ["one", "two"]
    assert log.ages(TOP + HOUR).due == 2
    assert log.ship() == 1
    assert (len(here(tmp_path)), len(home.keys()), names(log)) == (0, 1, ["one", "two"])


def test_of_a_shipment_cut_short_an_erasure_counts_each_line_once(gateway, storage, tmp_path):
    home = gateway("home")
    captured(home, of(ANA, "one"), of(BO, "two"))
    home.clock.instant = ONE_O_CLOCK + LATE
    doomed = Storage(ServiceClients(), storage.bucket, storage.prefix)
    just_before(doomed.clients, "s3.GetObject", die)
    with pytest.raises(Killed):
        StoredBackend(tmp_path / "home", doomed, home.clock).log().ship()
    log = home.log()
    assert log.erase([ANA]) == 1
    assert (log.ship(), names(log)) == (1, ["two"])
    assert log.purge(ONE_O_CLOCK) == 1
    assert ANA.encode() not in home.everything()


def test_who_is_erased_at_one_gateway_is_shipped_by_none(gateway):
    one, other = gateway("one"), gateway("other")
    for home in (one, other):
        captured(home, of(ANA, "ana"), of(BO, "bo"))
        home.clock.instant = TOP + timedelta(minutes=30)
    assert one.log().erase([ANA]) == 1
    assert other.log().ship() == 0  # nothing is due, but who was erased goes at once
    assert names(other.log()) == ["bo"]
    captured(other, of(ANA, "she came back", TOP + timedelta(minutes=40)))
    for home in (one, other):
        assert after(home, HOUR + LATE).ship() >= 1
    assert sorted(names(one.log())) == ["bo", "bo", "she came back"]
    assert one.log().erase([ANA]) == 1
    assert ANA.encode() not in one.everything() + other.everything()


def test_damaged_lines_that_name_who_was_erased_are_shipped_by_none(gateway, tmp_path):
    one, other = gateway("one"), gateway("other")
    captured(other, of(ANA, "ana"), of(BO, "bo"))
    (file,) = (tmp_path / "other" / "capture").rglob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b'"eventId"', b'"evntId"'))
    for home in (one, other):
        home.clock.instant = ONE_O_CLOCK + LATE
    one.log().erase([ANA])
    assert other.log().ship() == 1
    kept = one.everything() + other.everything()
    assert ANA.encode() not in kept
    assert BO.encode() in kept


def test_who_is_erased_while_another_gateway_ships_is_in_no_object(gateway, storage, tmp_path):
    one, other = gateway("one"), gateway("other")
    captured(other, of(ANA, "ana"), of(BO, "bo"))
    for home in (one, other):
        home.clock.instant = ONE_O_CLOCK + LATE
    slow = Storage(ServiceClients(), storage.bucket, storage.prefix)
    just_before(slow.clients, "s3.PutObject", lambda: one.log().erase([ANA]))
    assert StoredBackend(tmp_path / "other", slow, other.clock).log().ship() == 1
    assert names(one.log()) == ["bo"]
    assert ANA.encode() not in one.everything() + other.everything()


def test_a_note_of_an_erasure_goes_with_the_age_of_what_it_is_about(gateway):
    home = gateway("home")
    home.clock.instant = NOON
    home.log().erase([ANA])
    (note,) = home.keys()
    assert note.startswith("erased/")
    home.log().purge(NOON + HOUR)
    assert home.keys() == []
    assert note.encode() not in home.everything()


def test_a_line_that_a_crash_tore_is_left_out(gateway, tmp_path):
    home = gateway("home")
    captured(home, of(ANA, "whole"))
    with next((tmp_path / "home" / "capture").rglob("*.jsonl")).open("ab") as file:
        file.write(b'{"captureData":{"endpo')
    log = after(home, HOUR + LATE)
    assert log.ship() == 1
    assert (names(log), log.problems()) == (["whole"], [])


def test_a_file_larger_than_memory_should_be_goes_in_parts(gateway, storage):
    home = gateway("home")
    large = CaptureRecord("large", NOON, '"' + "x" * 5_000_000 + '"', '{"risk":0.1}')
    captured(home, *[large] * 7, of(BO, "small"))
    log = after(home, HOUR + LATE)
    assert log.ship() == 1
    assert len(home.keys()) == 2
    assert names(log) == ["large"] * 7 + ["small"]
    assert [one.event_id for one in log.newest(2)] == ["large", "small"]


def test_what_does_not_come_back_as_it_was_put_stays_here(gateway, storage, tmp_path):
    home = gateway("home")
    captured(home, of(ANA, "one"))
    home.clock.instant = ONE_O_CLOCK + LATE
    torn = Storage(ServiceClients(), storage.bucket, storage.prefix)
    s3 = storage.clients.of("s3")

    def tear() -> None:
        (key,) = home.keys()
        s3.put_object(Bucket=storage.bucket, Key=storage.prefix + key, Body=b"torn")

    just_before(torn.clients, "s3.GetObject", tear)
    with pytest.raises(StoreDamaged, match="does not come back"):
        StoredBackend(tmp_path / "home", torn, home.clock).log().ship()
    assert (len(here(tmp_path)), names(home.log())) == (1, ["one"])


def test_a_store_that_is_away_keeps_nobody_from_capturing_and_gets_all_later(led_astray, faulty):
    faulty.stopped_at = 0
    captured(led_astray, of(ANA, "one"))
    log = after(led_astray, HOUR + LATE)
    with pytest.raises(StoreUnavailable):
        log.ship()
    captured(led_astray, of(BO, "two"))
    led_astray.clock.instant += timedelta(days=2)
    faulty.stopped_at = None
    assert log.waiting() == 2
    assert (log.ship(), sorted(names(log)), log.waiting()) == (2, ["one", "two"], 0)


def test_processes_killed_at_any_moment_of_shipping_lose_and_double_nothing(
    gateway, server, storage, tmp_path
):
    home, moments = gateway("home"), random.Random(9)  # noqa: S311  (no secret)
    note_way(tmp_path / "home", server, storage.url)
    home.clock.instant = ONE_O_CLOCK + LATE
    wanted = []
    for turn in range(3):
        for number in range(8):
            wanted.append(f"{turn}-{number}")
            captured(home, of(BO, wanted[-1]))
        there = len(home.keys()) + moments.randint(1, 8)
        with told(1, ship_all, tmp_path / "home") as words:
            assert words() == b"begun"
            assert soon(lambda there=there: len(home.keys()) >= there)
        assert sorted(names(home.log())) == sorted(wanted)
    home.log().ship()
    assert (here(tmp_path), sorted(names(home.log()))) == ([], sorted(wanted))
    assert len(home.keys()) == len(wanted)
