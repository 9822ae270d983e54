"""Watching at the command line: what it writes, where it cannot, and windows by hand."""

import stat
from datetime import timedelta

import pytest

from command_runs import here
from stayline.domain.monitoring import Window
from stayline.usecases.watch_window import PAGE, REPORT
from watched_windows import MONDAY, WEEK

WINDOW = Window(MONDAY, MONDAY + WEEK)


@pytest.fixture
def reported(home, ports):
    ports.reports.put(REPORT, WINDOW.end, {PAGE: b"<html>", "statistics.json": b"{}"})
    return home


def test_a_report_goes_into_a_folder_for_its_owner_alone(reported, tmp_path):
    done = here("watch", "report", "--out", tmp_path / "told", "--home", reported)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "told" / PAGE).read_bytes() == b"<html>"
    assert stat.S_IMODE((tmp_path / "told").stat().st_mode) == 0o700


def test_a_report_is_not_written_where_a_file_is_and_says_what_to_do(reported, tmp_path):
    taken = tmp_path / "page.html"
    taken.write_text("mine")
    done = here("watch", "report", "--out", taken, "--home", reported)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"Error: Cannot write {str(taken)!r}")
    assert "Name a place" in done.err
    assert "Errno" not in done.err
    assert taken.read_text() == "mine"


@pytest.fixture
def midnight(ports):
    return ports.clock.now().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def watch(home, *arguments):
    return here("watch", *arguments, "--home", home)


def test_a_window_that_has_not_ended_is_refused(home, midnight):
    for end in (midnight + timedelta(days=2), midnight + timedelta(days=500)):
        done = watch(home, "run", "--to", end.isoformat())
        assert done.code == 1
        assert "expected a time up to now" in done.err
    assert watch(home, "list", "--json").json == {"windows": [], "by_hand": []}


def test_windows_chosen_by_hand_stand_apart_from_those_of_the_day(home, midnight):
    week = (midnight - timedelta(days=7)).isoformat()
    assert watch(home, "run").code == 2
    by_hand = watch(home, "run", "--from", week)
    assert by_hand.code == 2
    assert f"watch report --to {midnight:%Y-%m-%dT%H:%M:%S} --by-hand" in by_hand.out
    assert watch(home, "run", "--version", "1").code == 2
    kept = watch(home, "list", "--json").json
    assert [len(kept[name]) for name in ("windows", "by_hand")] == [1, 1]
    listed = watch(home, "list").out
    assert "day" in listed
    assert "hand" in listed


def test_the_page_of_a_window_chosen_by_hand_is_written_on_request(home, midnight, tmp_path):
    week = (midnight - timedelta(days=7)).isoformat()
    watch(home, "run", "--from", week)
    assert watch(home, "report", "--out", tmp_path / "none").code == 1
    done = watch(home, "report", "--by-hand", "--out", tmp_path / "page")
    assert done.code == 0
    assert (tmp_path / "page" / "watch.html").is_file()
