"""Read both frames that a training freezes, and say how many rows they have."""

import json
import sys
from pathlib import Path

from stayline.bootstrap import build
from stayline.bootstrap.cluster import DASK, LOCAL
from stayline.bootstrap.spread_frames import frame_reader
from stayline.ports.feature_store import FEATURES, OUTCOMES
from stayline.settings import Settings


def main(home: str, scheduler: str) -> None:
    """Read them as ``stayline train`` does."""
    settings = Settings(home=Path(home))
    ports = build(settings)
    now = ports.clock.now()
    engine = DASK if scheduler else LOCAL
    with frame_reader(engine, scheduler or None, settings, ports) as frame:
        rows = {group: frame(group, as_of=now).height for group in (FEATURES, OUTCOMES)}
    print(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
