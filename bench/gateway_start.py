"""How soon the gateway's Lambda answers its first question, from the start of its process.

Run ``python bench/gateway_start.py``, with ``--before SRC`` to take turns with an earlier source
folder, which gets NumPy and deltalake beside. Time runs to the first answer, a score from the
endpoint; AWS is a fake on this machine, so only the ratio of the two tells something of Lambda.
Python finds its compiled modules, which it does not in Lambda: see docs/aws.md.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bundled_gateway import bundled_gateway, lay_out  # noqa: E402  (needs the path above)
from deployed_home import make_ibm_home  # noqa: E402  (needs the path above)
from gateway_stack import GatewayStack, gateway_stack  # noqa: E402  (needs the path above)
from infra.bundle import REQUIREMENTS  # noqa: E402  (needs the path above)

STARTS = 9


def main() -> None:
    """Start each bundle in turn, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, help="The stayline folder of an earlier source.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the fake's
    before = parser.parse_args().before
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        bundles = {"now": lay_out(place / "now")}
        if before:
            needed = [*REQUIREMENTS, "numpy", "deltalake"]
            bundles["before"] = lay_out(place / "before", needed, packed={}, product=before)
        with gateway_stack(make_ibm_home(place / "ibm"), place) as stack:
            for bundle in bundles.values():
                _start(bundle, stack, place)  # compiles what is compiled at the first start
            found: dict[str, list[float]] = {name: [] for name in bundles}
            for _ in range(STARTS):  # in turns, since the machine has other work
                for name, bundle in bundles.items():
                    found[name].append(_start(bundle, stack, place))
    for name, seconds in found.items():
        told = f"{median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name}: start to first answer, s: {told}, n = {len(seconds)})")
    if before:
        print(f"now / before: {median(found['now']) / median(found['before']):.2f}")


def _start(bundle: Path, stack: GatewayStack, place: Path) -> float:
    begun = time.perf_counter()
    with bundled_gateway(bundle, stack.in_home(place / "own")) as gateway:
        status, told = gateway.ask(stack.score_of(stack.hr_ids[0]))
        taken = time.perf_counter() - begun
    assert status == 200, told
    return taken


if __name__ == "__main__":
    main()
