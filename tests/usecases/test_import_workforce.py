import hashlib
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from import_runs import PANEL, Home, home_with_the_key_of, panel
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.errors import ExtractUnreadable, SchemaMismatch, SettingRefused, StoreDamaged
from stayline.ports.feature_store import FEATURES, OUTCOMES

CROSS_SECTION = workforce_schema(
    name="cross-section",
    record_identifier="Id",
    columns=[
        Column("Id", Kind.CATEGORY, Role.IDENTITY),
        Column("Pay", Kind.NUMBER, Role.FEATURE),
        Column("Left", Kind.FLAG, Role.OUTCOME),
    ],
    outcome=LabelColumn("Left", ("Yes",)),
)
CROSS_ROWS = pl.DataFrame({"Id": ["1", "2"], "Pay": ["10", "20"], "Left": ["Yes", "No"]})
NEEDED = ["Id", "Name", "Boss", "Snapshot", "Pay", "Site", "Age"]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def written(tmp_path):
    def write(frame, name="extract.csv"):
        path = tmp_path / name
        frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
        return path

    return write


def token_of(home, hr_id):
    return pseudonym(home.ports.secrets.token_key(), hr_id)


def test_rows_part_ways_into_the_stores_under_a_token(home, written):
    report = home.take(written(panel(people=20, months=3)))
    token = token_of(home, "13")
    ports = home.ports

    assert (report.rows, report.landed, report.rejected) == (58, 58, 0)
    assert (report.people, report.repeated, report.unchanged) == (20, 0, 0)
    record = ports.features.get(token)
    assert record.values == {"Pay": 132.0, "Site": "South"}
    assert record.event_time == datetime(2020, 3, 1, tzinfo=UTC)
    entry = ports.directory.find(token)
    assert (entry.hr_id, entry.display_name) == ("13", "Person 13")
    assert entry.manager == token_of(home, "1")
    protected = ports.protected.read(AuditPurpose("ana", "test"))
    assert protected.filter(token=token)["Age"].to_list() == ["29"] * 3


def test_only_the_directory_knows_who_is_who(home, written):
    home.take(written(panel(people=20, months=3)))

    protected = home.ports.protected.read(AuditPurpose("ana", "test"))
    for frame in (home.facts(FEATURES), home.facts(OUTCOMES), protected):
        assert frame["token"].str.contains("^[0-9a-f]{32}$").all()
        assert not {"Id", "Name", "Boss", "hr_id", "manager"} & set(frame.columns)
    for file in home.folder.rglob("*"):
        if file.is_file() and not file.name.startswith("directory.db"):
            assert b"Person 13" not in file.read_bytes(), file.name


def test_protected_attributes_do_not_reach_the_features(home, written):
    home.take(written(panel(people=20, months=3)))

    assert home.facts(FEATURES).columns == ["token", "event_time", "write_time", "Pay", "Site"]


def test_after_the_last_day_only_the_outcome_lands(home, written):
    home.take(written(panel(people=20, months=3)))
    token = token_of(home, "10")

    outcomes = home.facts(OUTCOMES).filter(token=token)
    assert outcomes["left_on"].to_list() == [None, date(2020, 2, 1)]
    assert outcomes["reason"].to_list() == [None, "Resignation"]
    assert home.facts(FEATURES).filter(token=token).height == 1


def test_good_rows_land_although_others_are_bad(home, written):
    rows = panel(people=20, months=1).with_row_index()
    bad = rows.with_columns(
        Pay=pl.when(index=3).then(pl.lit("lots")).otherwise("Pay"),
        Age=pl.when(index=3).then(pl.lit("young")).otherwise("Age"),
        Site=pl.when(index=5).then(pl.lit("=cmd()")).otherwise("Site"),
        Id=pl.when(index=6).then(None).otherwise("Id"),
        Snapshot=pl.when(index=7).then(pl.lit("2026-03-02")).otherwise("Snapshot"),
    ).drop("index")

    report = home.take(written(bad), rows_a_batch=4)

    assert (report.rows, report.landed, report.rejected) == (20, 16, 4)
    assert home.facts(FEATURES).height == 16 - 2  # two people have left
    assert pl.read_csv(report.reject_file).rows() == [
        (5, "Pay", "expected a number of at least 0"),
        (5, "Age", "expected a number"),
        (7, "Site", "expected one of 'North', 'South'"),
        (8, "Id", "is missing"),
        (9, "Snapshot", "lies in the future: it is after 2026-03-01 12:00 UTC"),
    ]
    assert stat.S_IMODE(Path(report.reject_file).stat().st_mode) == 0o600
    assert report.reject_file in "\n".join(report.lines())


def test_a_repeated_row_is_counted_and_a_contradicting_one_rejected(home, written):
    rows = panel(people=20, months=1)
    contradicting = rows[5].with_columns(Pay=pl.lit("1"))

    report = home.take(written(pl.concat([rows, rows[:3], contradicting])), rows_a_batch=7)

    assert (report.rows, report.landed, report.repeated, report.rejected) == (24, 20, 3, 1)
    assert pl.read_csv(report.reject_file)["row"].to_list() == [25]


def test_empty_rows_are_counted_and_keep_their_number(home, written):
    rows = panel(people=20, months=1)
    path = written(
        pl.concat([rows[:1], rows[:1].clear(1), rows[1:2].with_columns(Pay=pl.lit("x"))])
    )

    report = home.take(path)

    assert (report.rows, report.landed, report.rejected, report.empty) == (3, 1, 1, 1)
    assert pl.read_csv(report.reject_file)["row"].to_list() == [4]
    assert "1 empty row(s) were left out." in report.lines()


def test_a_report_can_be_shown_as_json(home, written):
    report = home.take(written(panel(people=20, months=1).with_columns(Pay=pl.lit("x"))))

    shown = msgspec.json.decode(msgspec.json.encode(report))

    assert (shown["rows"], shown["rejected"]) == (20, 20)
    assert shown["reject_file"].endswith(".csv")


def test_the_same_file_twice_changes_nothing(home, written):
    rows = panel(people=20, months=3)
    path = written(pl.concat([rows, rows[:1].with_columns(Pay=pl.lit("lots"))]))
    first = home.take(path)
    before, events = home.contents(), home.ports.audit.events()

    home.clock.instant += timedelta(days=1)
    second = home.take(path)

    assert second.already_imported
    assert (second.rows, second.rejected) == (first.rows, first.rejected) == (59, 1)
    assert second.reject_file == first.reject_file
    assert "nothing changed" in second.lines()[0]
    assert home.contents()["lines on disk"].equals(before["lines on disk"])
    assert home.ports.audit.events() == events


def test_the_same_rows_in_another_file_are_known_already(home, written):
    rows = panel(people=20, months=3)
    home.take(written(rows))
    before = home.contents()

    report = home.take(written(rows.reverse(), "other.csv"))

    assert not report.already_imported
    assert (report.landed, report.unchanged) == (58, 56)
    for name, frame in home.contents().items():
        assert frame.equals(before[name]), name


def test_a_later_extract_adds_and_a_correction_keeps_what_was_believed(home, written):
    rows = panel(people=20, months=3)
    march = pl.col("Snapshot") == "2020-03-01"
    home.take(written(rows.filter(~march), "february.csv"))
    known_then = home.clock.instant
    home.clock.instant += timedelta(days=30)

    home.take(written(rows.filter(march), "march.csv"))
    home.clock.instant += timedelta(days=1)
    home.take(written(rows.filter(march).with_columns(Pay=pl.lit("5")), "march-again.csv"))

    features, token = home.ports.features, token_of(home, "13")
    assert features.frame(FEATURES, as_of=known_then)["event_time"].max().month == 2
    assert features.get(token).values["Pay"] == 5.0
    believed = features.frame(FEATURES, as_of=known_then + timedelta(days=30))
    assert believed.filter(token=token)["Pay"].to_list() == [130.0, 131.0, 132.0]


def test_csv_and_parquet_of_the_same_rows_are_the_same_import(home, written, tmp_path):
    rows = panel(people=30, months=4)
    native = rows.with_columns(
        pl.col("Id", "Boss").cast(pl.Int64),
        pl.col("Pay").cast(pl.Float32),
        pl.col("Age").cast(pl.UInt8),
        pl.col("Snapshot").str.to_datetime("%Y-%m-%d", time_unit="ns"),
        pl.col("LastDay").str.to_date(),
    )
    other = home_with_the_key_of(home, tmp_path / "other")

    home.take(written(rows))
    other.take(written(native, "extract.parquet"))

    found = other.contents()
    for name, frame in home.contents().items():
        assert found[name].equals(frame), name


def test_how_rows_are_batched_does_not_matter(home, written, tmp_path):
    path = written(panel(people=30, months=4))
    other = home_with_the_key_of(home, tmp_path / "other")

    home.take(path)
    other.take(path, rows_a_batch=7)

    found = other.contents()
    for name, frame in home.contents().items():
        if name != "lines on disk":
            assert found[name].equals(frame), name


def test_a_cross_section_counts_as_of_today_or_of_the_given_day(home, written):
    today = home.take(written(CROSS_ROWS), CROSS_SECTION)
    earlier = datetime(2025, 1, 1, tzinfo=UTC)
    given = home.take(written(CROSS_ROWS[:1], "other.csv"), CROSS_SECTION, as_of=earlier)

    assert today.event_time == datetime(2026, 3, 1, tzinfo=UTC)
    assert given.event_time == earlier
    assert "The rows count as of 2025-01-01." in given.lines()
    assert home.facts(FEATURES)["event_time"].unique().sort().to_list() == [
        earlier,
        today.event_time,
    ]
    assert home.facts(OUTCOMES).filter(event_time=today.event_time)["label"].sum() == 1


def test_an_unfinished_cross_section_keeps_its_date(home, written):
    def cut_short(done, total):
        raise KeyboardInterrupt

    path = written(CROSS_ROWS)
    with pytest.raises(KeyboardInterrupt):
        home.take(path, CROSS_SECTION, rows_a_batch=1, progress=cut_short)
    again = Home(home.folder, home.clock)
    home.clock.instant += timedelta(days=3)

    report = again.take(path, CROSS_SECTION, rows_a_batch=1)

    assert report.event_time == datetime(2026, 3, 1, tzinfo=UTC)
    assert (report.landed, report.unchanged) == (2, 1)
    assert home.facts(FEATURES)["event_time"].to_list() == [report.event_time] * 2
    assert not list((home.folder / "rejects").glob("*.part"))


def test_the_same_cross_section_as_of_another_day_is_another_import(home, written):
    path, earlier = written(CROSS_ROWS), datetime(2025, 1, 1, tzinfo=UTC)
    home.take(path, CROSS_SECTION)

    other = home.take(path, CROSS_SECTION, as_of=earlier)
    again = home.take(path, CROSS_SECTION, as_of=earlier)
    whenever = home.take(path, CROSS_SECTION)

    assert (other.already_imported, other.landed, other.event_time) == (False, 2, earlier)
    assert again.already_imported
    assert again.event_time == earlier
    assert whenever.already_imported
    assert home.facts(FEATURES).height == 4


def test_a_date_that_cannot_be_is_refused_for_a_known_file_too(home, written):
    path = written(CROSS_ROWS)
    home.take(path, CROSS_SECTION)

    with pytest.raises(SettingRefused, match="today or an earlier day"):
        home.take(path, CROSS_SECTION, as_of=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("is_lost", [True, False])
def test_another_token_key_is_refused_before_anything_is_written(home, written, is_lost):
    rows = panel(people=20, months=2)
    home.take(written(rows[:20]))
    before, key_file = home.contents(), home.folder / "secrets" / "token-key"
    key = key_file.read_bytes()
    key_file.unlink()
    if not is_lost:
        key_file.touch(0o600)
        key_file.write_text("ab" * 32)

    with pytest.raises(StoreDamaged, match="not the key under which people were imported"):
        home.take(written(rows, "other.csv"))

    assert key_file.exists() != is_lost
    assert len(home.ports.imports.records()) == 1
    for name, frame in home.contents().items():
        assert frame.equals(before[name]), name
    key_file.touch(0o600)
    key_file.write_bytes(key)
    assert home.take(written(rows, "other.csv")).landed == 40


@pytest.mark.parametrize(
    ("schema", "as_of", "words"),
    [
        (CROSS_SECTION, datetime(2026, 3, 2, tzinfo=UTC), "expected today or an earlier day"),
        (PANEL, datetime(2025, 1, 1, tzinfo=UTC), "since column 'Snapshot' dates each row"),
    ],
)
def test_a_date_that_cannot_be_is_refused(home, written, schema, as_of, words):
    with pytest.raises(SettingRefused, match=words):
        home.take(written(CROSS_ROWS), schema, as_of=as_of)


def test_an_extract_of_other_columns_changes_nothing(home, written):
    with pytest.raises(SchemaMismatch, match="no column 'Name', 'Boss', 'Snapshot'"):
        home.take(written(CROSS_ROWS))

    assert home.ports.imports.records() == []
    assert home.ports.audit.events() == []


def test_a_home_holds_one_kind_of_workforce(home, written):
    home.take(written(panel(people=20, months=1)))

    with pytest.raises(SchemaMismatch, match="other columns"):
        home.take(written(CROSS_ROWS, "other.csv"), CROSS_SECTION)


def test_an_extract_to_score_needs_no_outcome(home, written):
    report = home.take(written(panel(people=20, months=1).select(NEEDED)))

    assert report.landed == 20
    assert home.facts(FEATURES).height == 20
    assert home.facts(OUTCOMES).is_empty()


def test_columns_the_schema_does_not_know_are_named_and_left_out(home, written):
    report = home.take(written(panel(people=20, months=1).with_columns(Hobby=pl.lit("chess"))))

    assert report.ignored_columns == ("Hobby",)
    assert "Not in the schema, so left out: Hobby." in report.lines()


@pytest.mark.parametrize("content", [None, b"", b"Id,Pay,Left\n"])
def test_a_file_without_rows_is_refused(home, tmp_path, content):
    path = tmp_path / "extract.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ExtractUnreadable, match=r"extract\.csv"):
        home.take(path, CROSS_SECTION)
    assert home.ports.imports.records() == []


def test_the_audit_log_tells_what_was_imported_by_whom(home, written):
    path = written(panel(people=20, months=3))

    report = home.take(path)

    (event,) = home.ports.audit.events()
    assert event.kind is AuditEventKind.WORKFORCE_IMPORTED
    assert (event.actor, event.at) == ("ana", home.clock.instant)
    assert event.subject == report.file_digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert event.details == {
        "schema": "small-panel",
        "rows": 58,
        "repeated": 0,
        "rejected": 0,
        "people": 20,
    }


def test_progress_ends_at_all_rows(home, written):
    told = []

    home.take(
        written(panel(people=20, months=3)), rows_a_batch=25, progress=lambda *at: told.append(at)
    )

    assert [done for done, _ in told] == [25, 50, 58]
    assert all(total >= 58 for _, total in told)
