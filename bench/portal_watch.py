"""How long the pages of Watch take and how much they weigh: ``python bench/portal_watch.py``.

A home with 120 windows, 2,000 alarms, a week of a figure by the minute, 40 days of jobs and a
pipeline that printed 5,000 lines; asked for in process, as `portal_pages` does. The targets are
100 ms on a machine of its own and 200 KiB.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from busy_watch import FIGURE, fill_watch, run_pipeline
from portal_pages import Page, print_head, print_timed
from portal_visits import visitor
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.web.app import create_app

WEEK = 7 * 24 * 60
PLACES = (
    ("overview", ""),
    ("2,000 alarms, page 40", "/alarms?number=40"),
    ("an alarm", "/alarms/one?alarm=data-drift"),
    ("figures of 60 windows", "/figures"),
    (
        "one figure, 120 windows",
        "/figures/one?monitor=DataQuality&check=baseline_drift_check"
        "&subject=MonthlyIncome&metric=psi&windows=120",
    ),
    ("a day of minutes", f"/serving?figure={FIGURE}"),
    ("a week of minutes", f"/serving?figure={FIGURE}&span=week"),
    ("jobs", "/jobs"),
    ("a job", "/jobs/watch"),
    ("an execution", "/executions/{execution}"),
    ("a log of 5,000 lines", "/executions/{execution}/log?step=prepare"),
)


def main() -> None:
    """Print a table of all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", requests_per_minute=0)
        ports = build(settings)
        fill_watch(ports, windows=120, alarms=2000, minutes=WEEK)
        execution = run_pipeline(ports, lines=5000)
        app = create_app(ports, settings, environment={})
        print_head()
        with visitor(app) as visit:
            visit.sign_in("analyst")
            for name, place in PLACES:
                page = Page(name, f"/portal/watch{place.format(execution=execution)}")
                print_timed(visit, page, rounds)


if __name__ == "__main__":
    main()
