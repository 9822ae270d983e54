"""How long a rotation of the token key takes, and what a current key costs a request.

    python bench/token_key_rotation.py [PEOPLE] [MONTHS]

A panel of that many people (default 100,000) and months (default 12) in a fresh home, everyone with
a kept score and every hundredth opted out.
"""

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from import_runs import Home, panel
from stayline.domain.alert_policy import Band
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.score_board import BoardEntry
from stayline.usecases.rotate_token_key import SETTLE, rotate_token_key

CALLS = 20_000
STEPS = ("began", "both tokens noted", "switched", "Delta renamed", "old rows gone", "settled")


def main(people: int, months: int) -> None:
    """Print seconds from the start at each step, and microseconds a key."""
    with tempfile.TemporaryDirectory() as folder:
        extract = Path(folder) / "panel.csv"
        panel(people, months).write_csv(extract)
        home = Home(Path(folder) / "home")
        began = time.perf_counter()
        home.take(extract)
        print(f"import of {people:,} people, {months} months: {time.perf_counter() - began:.1f} s")
        _fill(home)
        print(f"token key before any rotation: {_cost(home):.1f} us")
        _rotate(home)
        print(f"token key after it: {_cost(home):.1f} us")
        assert home.problems() == []


def _fill(home: Home) -> None:
    ports, now = home.ports, home.clock.now()
    tokens = ports.features.newest()["token"].to_list()
    model = ModelIdentity(1, "d" * 64)
    entries = [BoardEntry(token, 0.5, Band.MEDIUM, (), model, now, None, 0.2) for token in tokens]
    for start in range(0, len(entries), 10_000):
        assert ports.scores.put(entries[start : start + 10_000])
    for token in tokens[::100]:
        ports.opt_outs.opt_out(token, at=now)


def _rotate(home: Home) -> None:
    ports, began = home.ports, time.perf_counter()

    def tell(done: int, _total: int) -> None:
        print(f"  {time.perf_counter() - began:6.1f} s  {STEPS[done - 1]}")

    rotate_token_key(
        secrets=ports.secrets, token_keys=ports.token_keys, imports=ports.imports,
        directory=ports.directory, features=ports.features, protected=ports.protected,
        scores=ports.scores, opt_outs=ports.opt_outs, outcomes=ports.outcomes,
        answers=ports.answers, audit=ports.audit, clock=ports.clock, actor="bench",
        overlap=timedelta(days=400), progress=tell,
    )  # fmt: skip
    print(f"rotation, {2 * SETTLE.total_seconds():.0f} s of it waiting: "
          f"{time.perf_counter() - began:.1f} s")  # fmt: skip


def _cost(home: Home) -> float:
    key = home.ports.secrets.token_key
    began = time.perf_counter()
    for _ in range(CALLS):
        key()
    return (time.perf_counter() - began) / CALLS * 1e6


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:3] if len(sys.argv) > 2 else ("100000", "12"))))
