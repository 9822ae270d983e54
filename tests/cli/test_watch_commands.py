"""Watching at the command line: what it writes, and where it cannot."""

import stat

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
