"""Two gateways, one PostgreSQL: ``python bench/gateways_soak.py --minutes 10``.

Two homes are served by the real command over one database, which this starts itself. Closed-loop
clients ask both, and the other one where a gateway does not answer. Meanwhile a version is deployed
every 20 s, a gateway is killed with its workers every 30 s and started again, and the database is
restarted twice: once in good order, once killed. At the end every answer must be captured and in
the audit chain exactly once, the chain must be whole, and nothing may have failed but requests that
name somebody while the database was away, which are told 503.

Packages and feature tables are shared by links from the second home to the first one's folders.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from gateways_under_load import Plan, soak  # noqa: E402  (tests/ is no package)
from postgres_server import running_postgres  # noqa: E402  (needs the path above)


def main() -> None:
    """Run the soak and print what came of it; exits 1 when anything failed or is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--deploy-every", type=float, default=20)
    parser.add_argument("--kill-every", type=float, default=30)
    parser.add_argument("--restarts", type=int, default=2)
    options = parser.parse_args()
    plan = Plan(options.minutes * 60, options.deploy_every, options.kill_every, options.restarts)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        found = soak(Path(folder), server, plan)
    print("\n".join(found.lines()))
    sys.exit(0 if found.is_good else 1)


if __name__ == "__main__":
    main()
