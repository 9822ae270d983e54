"""Watching at the command line: windows of the day's job, and windows somebody chose."""

from datetime import timedelta

import pytest

from command_runs import here


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
