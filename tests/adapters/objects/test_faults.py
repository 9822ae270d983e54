"""An object store that is stopped, hangs or answers 503: told in words, soon, and nothing half."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from faulty_way import faulty_way, s3_refusal
from object_server import object_server, storage_variables
from small_facts import small_facts, small_schema
from stayline.adapters.objects.clients import Limits, ServiceClients
from stayline.adapters.objects.storage import Storage
from stayline.adapters.objects.storage_check import S3StorageCheck
from stayline.domain.capture import CaptureRecord
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import StoreUnavailable
from stayline.ports.feature_store import FEATURES
from stored_backend import StoredBackend, new_storage
from stores import HOUR, NOON

ANN, BOB = EmployeeToken("a" * 32), EmployeeToken("b" * 32)
SOON_S = 60.0
"""Two attempts of half a second each, some calls, and a machine that has other things to do."""


@dataclass
class Gone:
    """A gateway whose store can be taken away; ``before`` is the same one with more patience."""

    home: StoredBackend
    before: StoredBackend
    take_away: Callable[[], None]


@pytest.fixture(params=["stopped", "hangs", "answers 503"])
def gone(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Gone]:
    with object_server() as server, faulty_way(server.address) as way:
        is_busy = request.param == "answers 503"
        for name, value in storage_variables(way.address if is_busy else server.address).items():
            monkeypatch.setenv(name, value)
        there = new_storage()
        clients = ServiceClients(limits=Limits(connect_s=0.5, read_s=0.5, attempts=2))
        home = StoredBackend(tmp_path / "home", Storage(clients, there.bucket, there.prefix))
        before = StoredBackend(tmp_path / "home", there)
        ways = {
            "stopped": server.stop,
            "hangs": server.pause,
            "answers 503": lambda: way.always.update({"": s3_refusal("SlowDown", 503)}),
        }
        yield Gone(home, before, ways[request.param])
        home.close()
        before.close()


def test_what_needs_the_store_says_so_soon_and_what_does_not_goes_on(gone):
    home = gone.home
    store = gone.before.features()
    store.define(small_schema())
    store.put(FEATURES, small_facts(NOON, a=1.0), written_at=NOON)
    model = gone.before.registry().register(b"bytes", trained_by="ana", metrics={}, at=NOON)
    features, registry, log = home.features(), home.registry(), home.log()
    log.append([CaptureRecord("one", NOON, "{}", '{"risk":0.1}')])
    log.close()
    gone.take_away()

    need_it = {
        "frame": lambda: features.frame(FEATURES, as_of=NOON + HOUR),
        "put": lambda: features.put(FEATURES, small_facts(NOON, b=2.0), written_at=NOON),
        "report": lambda: home.reports().put("watch", NOON, {"a.json": b"1"}),
        "register": lambda: registry.register(b"more", trained_by="ana", metrics={}, at=NOON),
        "ship": lambda: home.log().ship(),
        "look": lambda: S3StorageCheck(home.storage, home.log().waiting).problems(),
    }
    home.clock.instant = NOON + 2 * HOUR
    for what, call in need_it.items():
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="Nothing was half-written"):
            call()
        assert time.monotonic() - began < SOON_S, what

    assert features.get(ANN).values == {"pay": 1.0}
    assert features.get(BOB) is None, "a put that failed shows nothing online"
    assert [one.version for one in registry.packages()] == [model.version]
    assert home.registry().archive(model.digest) == b"bytes", "a new process can load the model"
    assert home.features().get(ANN).values == {"pay": 1.0}, "a new process can read features"
    log.append([CaptureRecord("two", NOON, "{}", '{"risk":0.1}')])
    log.flush()
