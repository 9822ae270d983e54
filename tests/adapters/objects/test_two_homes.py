"""Gateways of one storage: what one writes the others read, and nobody's write is lost."""

from shared_storage import put_five
from small_facts import small_facts, small_schema
from stayline.adapters.delta.writer_lease import Held
from stayline.adapters.embedded.database import open_database
from stayline.adapters.objects.writers_turn import S3Turn
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import FEATURES
from store_processes import exit_codes
from stores import HOUR, NOON

ANN, BOB = EmployeeToken("a" * 32), EmployeeToken("b" * 32)


def test_features_and_reports_of_one_home_are_read_in_the_other(gateway):
    one, other = gateway("one"), gateway("other")
    features = one.features()
    features.define(small_schema())
    features.put(FEATURES, small_facts(NOON, a=1.0, b=2.0), written_at=NOON)
    one.reports().put("watch", NOON, {"figures.json": b"{}"})
    theirs = other.features()
    theirs.define(small_schema())
    assert theirs.get(BOB).values == {"pay": 2.0}
    assert theirs.frame(FEATURES, as_of=NOON + HOUR)["pay"].to_list() == [1.0, 2.0]
    assert other.reports().times("watch") == [NOON]
    theirs.put(FEATURES, small_facts(NOON + HOUR, a=3.0), written_at=NOON + HOUR)
    assert features.frame(FEATURES, as_of=NOON + HOUR)["pay"].to_list() == [1.0, 3.0, 2.0]
    assert one.features().get(ANN).values == {"pay": 3.0}
    assert (one.features().problems(), theirs.problems()) == ([], [])


def test_a_package_is_registered_in_one_home_and_loaded_in_the_other(gateway, tmp_path):
    one, other = gateway("one"), gateway("other")
    shared = open_database(tmp_path / "shared.db", "state")
    reports = {"evaluation.json": b"{}"}
    package = one.registry_of(shared).register(
        b"bytes", trained_by="ana", metrics={}, at=NOON, reports=reports
    )
    theirs = other.registry_of(shared)
    assert theirs.packages() == [package]
    assert theirs.archive(package.digest) == b"bytes"
    assert theirs.reports(package.digest) == reports
    shared.dispose()


def test_a_copy_near_that_was_damaged_is_fetched_anew(gateway, tmp_path):
    home = gateway("home")
    package = home.registry().register(b"bytes", trained_by="ana", metrics={}, at=NOON)
    (copy,) = (tmp_path / "home" / "models").rglob("model.tar.gz")
    copy.write_bytes(b"torn")
    assert home.registry().archive(package.digest) == b"bytes"
    assert copy.read_bytes() == b"bytes"


def test_gateways_that_write_at_the_same_time_take_turns_and_lose_nothing(
    gateway, storage, tmp_path
):
    for number in range(3):
        gateway(f"gateway-{number}").features().define(small_schema())
    assert exit_codes(3, put_five, tmp_path, storage.url) == [0, 0, 0]
    found = gateway("gateway-0").features()
    frame = found.frame(FEATURES, as_of=NOON + 99 * HOUR)
    assert frame.group_by("token").len()["len"].to_list() == [5, 5, 5]
    assert found.count() == 3
    assert found.problems() == []


def test_a_turn_is_taken_by_one_and_given_back(storage):
    turn, other = S3Turn(storage), S3Turn(storage)
    mine, theirs = Held("mine"), Held("theirs")
    assert (turn.seen(), turn.swap(None, mine)) == (None, True)
    assert (other.seen(), other.swap(None, theirs)) == (mine, False)
    assert turn.swap(mine, Held("mine", 1))
    assert not other.swap(mine, theirs), "it has said again that it is alive"
    assert turn.swap(Held("mine", 1), None)
    assert other.swap(None, theirs)
