import os
import shutil
from datetime import timedelta

import pytest

from import_runs import Home, panel
from stayline.errors import ExtractUnsettled, FileUnwritable, StoreUnavailable
from stayline.usecases.import_inbox import InboxReport, import_inbox

MINUTES_LATER = timedelta(minutes=2)


class Inbox:
    """An inbox of a home, and the clock that is two minutes past now."""

    def __init__(self, folder):
        self.home = Home(folder / "home")
        self.folder = self.home.folder / "inbox"
        self.folder.mkdir(parents=True)
        self.look_later(MINUTES_LATER)

    def look_later(self, later):
        """Set the clock by what the files' own clock, the system's, says."""
        probe = self.home.folder / "probe"
        probe.write_text("x")
        changed = probe.stat().st_ctime
        self.home.clock.instant = self.home.clock.instant.fromtimestamp(
            changed, self.home.clock.instant.tzinfo
        )
        self.home.clock.instant += later

    def drop(self, name, people=20):
        path = self.folder / name
        frame = panel(people=people, months=2)
        frame.write_parquet(path) if name.endswith(".parquet") else frame.write_csv(path)
        return path

    def take(self, import_extract=None) -> InboxReport:
        return import_inbox(
            self.folder,
            import_extract=import_extract or self.home.take,
            clock=self.home.clock,
        )

    def names(self, inside="."):
        folder = self.folder / inside
        return sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path)


def test_an_empty_inbox_says_so_and_a_missing_one_is_made(inbox):
    assert inbox.take().words() == "No new extract in the inbox."
    inbox.folder.rmdir()
    assert inbox.take() == InboxReport()
    assert inbox.folder.is_dir()


def test_extracts_land_in_the_stores_and_go_to_done(inbox):
    inbox.drop("march.csv")
    inbox.drop("april.parquet", people=30)
    report = inbox.take()
    assert (report.imported, report.landed, report.rejected) == (2, 100, 0)
    assert inbox.names("done") == ["april.parquet", "march.csv"]
    assert inbox.names() == []
    assert inbox.home.ports.features.count() == 30
    assert inbox.take() == InboxReport()


def test_what_is_no_extract_is_refused_with_the_reason_beside_it(inbox):
    (inbox.folder / "ana.csv").write_text("Id;no\n")
    inbox.drop("march.csv")
    report = inbox.take()
    assert (report.imported, report.refused, report.lying) == (1, 1, 1)
    assert inbox.names("refused") == ["ana.csv", "ana.csv.reason.txt"]
    assert "it holds no rows" in (inbox.folder / "refused" / "ana.csv.reason.txt").read_text()
    assert "ana" not in report.words()
    assert inbox.take().words() == (
        "No new extract in the inbox. 1 refused extract(s) wait in the inbox's folder 'refused'."
    )


def test_a_file_that_changed_less_than_a_minute_ago_is_left_alone_and_the_others_are_not(inbox):
    inbox.drop("whole.csv")
    inbox.look_later(timedelta(seconds=61))
    assert inbox.take().imported == 1
    torn = inbox.drop("torn.csv")
    torn.write_bytes(torn.read_bytes()[:100])
    inbox.look_later(timedelta(seconds=30))
    with pytest.raises(ExtractUnsettled, match="1 still being written"):
        inbox.take()
    assert inbox.names() == ["torn.csv"]
    assert inbox.names("refused") == []


def test_a_copy_that_sets_its_date_back_is_still_seen_as_fresh(inbox):
    path = inbox.drop("march.csv")
    os.utime(path, (0, 0))
    inbox.look_later(timedelta(seconds=30))
    with pytest.raises(ExtractUnsettled):
        inbox.take()


def test_a_clock_that_was_set_back_keeps_no_file_waiting(inbox):
    inbox.drop("march.csv")
    inbox.look_later(-timedelta(hours=5))
    assert inbox.take().imported == 1


@pytest.mark.parametrize("is_torn", [True, False])
def test_a_file_that_grows_while_it_is_imported_stays_for_the_next_time(inbox, is_torn):
    path = inbox.drop("march.csv")
    whole = path.read_bytes()
    path.write_bytes(b"Id,Na" if is_torn else whole[: whole.rindex(b"\n", 0, -1) + 1])

    def grows(path):
        try:
            return inbox.home.take(path)
        finally:
            path.write_bytes(whole)

    with pytest.raises(ExtractUnsettled):
        inbox.take(grows)
    assert (inbox.names(), inbox.names("done"), inbox.names("refused")) == (["march.csv"], [], [])
    inbox.look_later(MINUTES_LATER)
    assert inbox.take().imported == 1


def test_a_store_that_fails_is_not_the_file_s_fault(inbox):
    inbox.drop("march.csv")

    def fails(path):
        raise StoreUnavailable("online.db", "the disk is full.")

    with pytest.raises(StoreUnavailable):
        inbox.take(fails)
    assert inbox.names() == ["march.csv"]


def test_one_that_was_imported_but_not_moved_changes_nothing_and_is_moved(inbox):
    path = inbox.drop("march.csv")
    inbox.home.take(path)
    before = inbox.home.contents()
    assert inbox.take().imported == 1
    assert inbox.names("done") == ["march.csv"]
    after = inbox.home.contents()
    assert all(before[name].equals(after[name]) for name in before)


def test_a_second_file_of_the_same_name_replaces_none(inbox):
    inbox.drop("march.csv")
    inbox.take()
    inbox.drop("march.csv", people=30)
    inbox.take()
    first, second = sorted(inbox.names("done"), key=len)
    assert first == "march.csv"
    assert second.endswith("-march.csv")


def test_hidden_files_links_folders_and_uploads_under_way_are_no_extracts(inbox, tmp_path):
    elsewhere = shutil.move(inbox.drop("march.csv"), tmp_path / "march.csv")
    (inbox.folder / "link.csv").symlink_to(elsewhere)
    (inbox.folder / "old").mkdir()
    for name in (".hidden.csv", "march.csv.part", "march.TMP"):
        (inbox.folder / name).write_text("x")
    assert inbox.take() == InboxReport()
    assert inbox.names("refused") == []


def test_a_file_where_the_inbox_should_be_is_named(inbox):
    inbox.folder.rmdir()
    inbox.folder.write_text("mine")
    with pytest.raises(FileUnwritable, match="inbox"):
        inbox.take()
