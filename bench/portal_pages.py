"""How long the portal's pages take and how much they weigh: ``python bench/portal_pages.py``.

A home of 100,000 employees with kept scores of two months. One manager leads 1,000 of them, eight
levels deep; the others report to 100 more. On record are 2,000 legal holds, 400 requests, 1,000
opt-outs, 20 reports, 100,000 captured answers and 200,000 events. Each page is asked for in
process, sign-in and audit included, and right before it, every time, the page to sign in: what that
takes is the measure of the machine. The targets are 100 ms on a machine of its own and 200 KiB.
`PAGES` is where another page gets a line.
"""

import argparse
import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from portal_home import MANAGER, TEAM, filled_home
from portal_visits import Visitor, visitor
from stayline.bootstrap import build
from stayline.domain.pseudonyms import pseudonym
from stayline.web.app import create_app
from stayline.web.portal.static_files import STYLE
from stayline.web.worker import GARBAGE_EVERY

PEOPLE, ROUNDS = 100_000, 30
TARGET_KIB = 200
TRIVIAL = "/portal/sign-in"


class Page(NamedTuple):
    """A page: its name in the table, its path, and who looks at it; "{led}" is a person's token."""

    name: str
    path: str
    role: str = "manager"
    hr_id: str = str(MANAGER)


def _privacy(name: str, path: str, role: str = "privacy_officer") -> Page:
    return Page(f"privacy: {name}", f"/portal/privacy{path}", role, "")


PAGES = (
    Page("start", "/portal"),
    Page("my team, first page", "/portal/team"),
    Page("my team, last page", "/portal/team?page=20"),
    Page("my team, by name", "/portal/team?order=name"),
    Page("my team, an HR partner's", "/portal/team", "hr_partner", ""),
    Page("a person", "/portal/people/{led}"),
    _privacy("overview", ""),
    _privacy("requests", "/requests"),
    _privacy("opt-outs", "/opt-outs"),
    _privacy("holds", "/holds"),
    _privacy("retention", "/retention"),
    _privacy("next purge", "/retention/next"),
    _privacy("audit trail", "/audit"),
    _privacy("audit trail, by kind", "/audit?kind=legal_hold.set"),
    _privacy("compliance", "/compliance"),
    _privacy("registers", "/register"),
    _privacy("register of holds", "/register/legal-hold"),
)


class Timed(NamedTuple):
    """What a page took, round by round, in milliseconds: by the clock, of the processor."""

    passed: list[float]
    busy: list[float]
    size: int


def main() -> None:
    """Print a table of all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = filled_home(Path(folder) / "home", asked.people)
        ports = build(settings)
        led = pseudonym(ports.secrets.token_key(), str(TEAM))
        print_head()
        for page in PAGES:
            with visitor(create_app(ports, settings, environment={})) as visit:
                visit.sign_in(page.role, hr_id=page.hr_id)
                print_timed(visit, page._replace(path=page.path.format(led=led)), asked.rounds)


def print_head() -> None:
    """Look for garbage as seldom as a worker does, and print the columns of `print_timed`."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
    print(f"{'page':28} {'CPU ms':>7} {'p95':>7} {'x sign-in':>10} {'ms':>7} {'p95':>7} {'KiB':>5}")


def print_timed(visit: Visitor, page: Page, rounds: int) -> None:
    """Print what a page takes, also as a multiple of the page to sign in, and what it weighs."""
    trivial, took = timed(visit, page.path, rounds)
    ratio = float(np.median(took.busy) / np.median(trivial.busy))
    figures = (np.median(took.busy), np.percentile(took.busy, 95))
    clock = (np.median(took.passed), np.percentile(took.passed, 95))
    kib = (took.size + len(visit.get(STYLE).content)) / 1024
    print(
        f"{page.name:28} {figures[0]:7.1f} {figures[1]:7.1f} {ratio:10.1f} "
        f"{clock[0]:7.1f} {clock[1]:7.1f} {kib:5.0f}",
        flush=True,
    )
    assert kib <= TARGET_KIB, f"{page.name} weighs {kib:.0f} KiB"


def timed(visit: Visitor, path: str, rounds: int) -> tuple[Timed, Timed]:
    """Return what the page to sign in and a page took, in turns; a round before is not told."""
    both = Timed([], [], 0), Timed([], [], 0)
    for _ in range(rounds + 1):
        both = _asked(visit, TRIVIAL, both[0]), _asked(visit, path, both[1])
    first, second = (one._replace(passed=one.passed[1:], busy=one.busy[1:]) for one in both)
    return first, second


def _asked(visit: Visitor, path: str, before: Timed) -> Timed:
    began, busy = time.perf_counter(), time.process_time()
    answer = visit.get(path)
    used, passed = time.process_time() - busy, time.perf_counter() - began
    assert answer.status_code == 200, answer.text
    return Timed([*before.passed, passed * 1000], [*before.busy, used * 1000], len(answer.content))


if __name__ == "__main__":
    main()
