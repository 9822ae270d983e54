"""What gateways of one storage do in processes of their own, importable there by name."""

import json
import os
from multiprocessing.connection import Connection
from pathlib import Path

from object_server import storage_variables
from small_facts import small_facts
from stayline.adapters.objects.storage import storage_at
from stayline.ports.feature_store import FEATURES
from stored_backend import StoredBackend
from stores import HOUR, NOON, SetClock


def note_way(home: Path, address: str, url: str) -> None:
    """Note in a home how a process finds the storage, which does not have this one's variables."""
    (home / "way.json").write_text(json.dumps([{**storage_variables(address)}, url]))


def ship_all(home: Path, pipe: Connection, _number: int) -> None:
    """Ship all that a home has captured, after telling that it begins."""
    way, url = json.loads((home / "way.json").read_text())
    os.environ.update(way)
    log = StoredBackend(home, storage_at(url), SetClock(NOON + 9 * HOUR)).log()
    os.write(pipe.fileno(), b"begun")
    log.ship()


def put_five(folder: Path, url: str, number: int) -> None:
    """Put five facts of one person, each in a commit of its own."""
    home = StoredBackend(folder / f"gateway-{number}", storage_at(url))
    features = home.features()
    for turn in range(5):
        at = NOON + turn * HOUR
        facts = small_facts(at, **{"abc"[number]: float(turn)})
        assert features.put(FEATURES, facts, written_at=at) == 1
    home.close()
