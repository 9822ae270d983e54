"""What every feature store promises, run on each adapter."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from aws_backend import AwsBackend
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.token_ranges import TokenRange, token_ranges
from stayline.domain.workforce_schema import (
    Column,
    Kind,
    LabelColumn,
    Role,
    WorkforceSchema,
    workforce_schema,
)
from stayline.errors import NothingImported, SchemaMismatch
from stayline.ports.feature_store import FEATURES, OUTCOMES, FeatureStore
from stores import Backend, EmbeddedBackend

ANN, BOB = EmployeeToken("a" * 32), EmployeeToken("b" * 32)
DAY = timedelta(days=1)
T0 = datetime(2024, 1, 1, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")


def a_schema(*, pay: Kind = Kind.NUMBER, note: str = "") -> WorkforceSchema:
    categories = ("low", "high") if pay is Kind.ORDINAL else ()
    return workforce_schema(
        name="small",
        record_identifier="id",
        columns=[
            Column("id", Kind.CATEGORY, Role.IDENTITY),
            Column("pay", pay, Role.FEATURE, categories=categories, note=note),
            Column("job", Kind.CATEGORY, Role.FEATURE),
            Column("hired", Kind.DATE, Role.FEATURE),
            Column("site", Kind.CATEGORY, Role.SEGMENT),
            Column("left", Kind.FLAG, Role.OUTCOME),
        ],
        outcome=LabelColumn("left", ("Yes",)),
    )


def facts(*rows: tuple[str, datetime, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "token": [row[0] for row in rows],
            "event_time": pl.Series([row[1] for row in rows], dtype=INSTANT),
            "pay": pl.Series([row[2] for row in rows], dtype=pl.Float64),
            "job": pl.Series(["Clerk, Zürich"] * len(rows), dtype=pl.String),
            "hired": pl.Series([date(2020, 2, 29)] * len(rows), dtype=pl.Date),
            "site": pl.Series([None] * len(rows), dtype=pl.String),
        }
    )


@pytest.fixture
def store(backend: Backend) -> FeatureStore:
    opened = backend.features()
    opened.define(a_schema())
    return opened


def pays(frame: pl.DataFrame) -> list[float | None]:
    return frame["pay"].to_list()


def test_a_store_without_a_schema_says_that_nothing_was_imported(backend: Backend) -> None:
    with pytest.raises(NothingImported):
        backend.features().schema()


def test_the_schema_survives_reopening_and_takes_new_notes(
    store: FeatureStore, backend: Backend
) -> None:
    store.define(a_schema(note="monthly, before tax"))
    assert backend.features().schema() == a_schema(note="monthly, before tax")


def test_a_schema_that_reads_a_column_otherwise_is_refused(store: FeatureStore) -> None:
    with pytest.raises(SchemaMismatch):
        store.define(a_schema(pay=Kind.ORDINAL))
    assert store.schema() == a_schema()


def test_an_empty_store_answers_with_empty_frames_of_the_right_columns(store: FeatureStore) -> None:
    columns = ["token", "event_time", "write_time", "pay", "job", "hired", "site"]
    assert store.get(ANN) is None
    assert store.newest().columns == columns
    assert store.frame(FEATURES, as_of=T0).schema["hired"] == pl.Date
    assert store.problems() == []


def test_the_newest_record_has_the_latest_event_time_whatever_was_written_last(
    store: FeatureStore,
) -> None:
    assert store.put(FEATURES, facts((ANN, T0 + DAY, 2.0)), written_at=T0 + DAY) == 1
    assert store.put(FEATURES, facts((ANN, T0, 1.0)), written_at=T0 + 2 * DAY) == 1
    record = store.get(ANN)
    assert record is not None
    assert record.event_time == T0 + DAY
    assert dict(record.values) == {
        "pay": 2.0,
        "job": "Clerk, Zürich",
        "hired": "2020-02-29",
        "site": None,
    }


def test_newest_gives_one_row_a_person_as_the_frame_has_it(store: FeatureStore) -> None:
    rows = facts((ANN, T0, 1.0), (BOB, T0, None), (ANN, T0 + DAY, 0.1 + 0.2))
    store.put(FEATURES, rows, written_at=T0 + DAY)
    newest = store.newest().sort("token")
    frame = store.frame(FEATURES, as_of=T0 + DAY)
    assert newest.equals(frame.unique("token", keep="last", maintain_order=True))
    assert store.newest([BOB])["token"].to_list() == [BOB]
    assert store.newest([]).is_empty()


def test_frames_of_ranges_that_follow_one_another_are_together_the_frame_of_everyone(
    store: FeatureStore,
) -> None:
    tokens = [f"{digits:02x}".ljust(32, "0") for digits in range(0, 256, 3)]
    for day in range(3):
        rows = facts(*((token, T0 + day * DAY, float(day)) for token in tokens))
        store.put(FEATURES, rows, written_at=T0 + day * DAY)
    store.put(FEATURES, facts((tokens[7], T0, 9.0)), written_at=T0 + 3 * DAY)
    now = T0 + 3 * DAY
    parts = [store.frame(FEATURES, as_of=now, tokens=one) for one in token_ranges(5)]
    assert all(part.height for part in parts)
    assert_frame_equal(pl.concat(parts), store.frame(FEATURES, as_of=now))
    nobody = TokenRange(after="f" * 32)
    assert store.frame(FEATURES, as_of=now, tokens=nobody).is_empty()


def test_a_repeated_put_changes_nothing(store: FeatureStore) -> None:
    rows = facts((ANN, T0, 1.0), (BOB, T0, None))
    assert store.put(FEATURES, rows, written_at=T0) == 2
    assert store.put(FEATURES, rows, written_at=T0 + DAY) == 0
    newest = store.newest()
    assert newest["write_time"].unique().to_list() == [T0]


def test_a_resumed_put_adds_only_what_is_missing(store: FeatureStore) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0)), written_at=T0)
    rows = facts((ANN, T0, 1.0), (BOB, T0, 2.0))
    assert store.put(FEATURES, rows, written_at=T0 + DAY) == 1
    assert store.newest([ANN])["write_time"].to_list() == [T0]
    assert store.frame(FEATURES, as_of=T0)["token"].to_list() == [ANN]


def test_a_correction_is_known_only_after_it_was_written(store: FeatureStore) -> None:
    for pay, written_at in ((1.0, T0), (2.0, T0 + DAY), (1.0, T0 + 2 * DAY)):
        assert store.put(FEATURES, facts((ANN, T0, pay)), written_at=written_at) == 1
    seen = [pays(store.frame(FEATURES, as_of=T0 + n * DAY)) for n in range(3)]
    assert seen == [[1.0], [2.0], [1.0]]


def test_a_correction_stays_the_last_word_when_the_clock_went_back(store: FeatureStore) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0)), written_at=T0 + DAY)
    assert store.put(FEATURES, facts((ANN, T0, 2.0)), written_at=T0) == 1
    record = store.get(ANN)
    assert record is not None
    assert record.values["pay"] == 2.0
    assert pays(store.frame(FEATURES, as_of=T0 + 2 * DAY)) == [2.0]
    assert store.put(FEATURES, facts((ANN, T0, 2.0)), written_at=T0) == 0


def test_of_rows_repeated_within_one_put_the_last_stands_and_repeating_it_adds_nothing(
    store: FeatureStore,
) -> None:
    rows = facts((ANN, T0, 1.0), (BOB, T0, 5.0), (ANN, T0, 2.0), (BOB, T0, 5.0))
    assert store.put(FEATURES, rows, written_at=T0) == 2
    assert store.put(FEATURES, rows, written_at=T0 + DAY) == 0
    assert pays(store.frame(FEATURES, as_of=T0 + DAY)) == [2.0, 5.0]
    assert pays(store.newest().sort("token")) == [2.0, 5.0]


def test_rows_with_other_columns_than_the_schema_are_refused_and_nothing_lands(
    store: FeatureStore,
) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0)), written_at=T0)
    for wrong in (
        facts((BOB, T0, 1.0)).drop("job"),
        facts((BOB, T0, 1.0)).with_columns(extra=1),
        facts((BOB, T0, 1.0)).with_columns(pl.lit("much").alias("pay")),
    ):
        with pytest.raises(SchemaMismatch):
            store.put(FEATURES, wrong, written_at=T0)
    assert store.newest()["token"].to_list() == [ANN]
    assert store.problems() == []


def test_an_empty_put_adds_nothing(store: FeatureStore) -> None:
    assert store.put(FEATURES, facts(), written_at=T0) == 0


def test_outcomes_are_kept_apart_and_never_reach_the_newest_features(store: FeatureStore) -> None:
    rows = facts((ANN, T0, 1.0)).select("token", "event_time", label=pl.lit(value=True))
    assert store.put(OUTCOMES, rows, written_at=T0) == 1
    assert store.get(ANN) is None
    assert store.frame(OUTCOMES, as_of=T0)["label"].to_list() == [True]


def test_an_erased_person_is_gone_from_every_answer(store: FeatureStore) -> None:
    rows = facts((ANN, T0, 1.0), (BOB, T0, 2.0), (ANN, T0 + DAY, 3.0))
    store.put(FEATURES, rows, written_at=T0 + DAY)
    label = rows.select("token", "event_time", label=pl.lit(value=False))
    store.put(OUTCOMES, label, written_at=T0 + DAY)
    assert store.erase(ANN) == 4
    assert store.erase(ANN) == 0
    assert store.get(ANN) is None
    assert store.newest()["token"].to_list() == [BOB]
    for group in (FEATURES, OUTCOMES):
        assert store.frame(group, as_of=T0 + DAY)["token"].to_list() == [BOB]
    assert store.problems() == []


def test_a_join_keeps_the_spine_and_shows_nothing_of_the_future(store: FeatureStore) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0), (ANN, T0 + 2 * DAY, 2.0)), written_at=T0 + 2 * DAY)
    spine = pl.DataFrame(
        {
            "token": [BOB, ANN, ANN, ANN],
            "row": [0, 1, 2, 3],
            "as_of": pl.Series([T0, T0 + 2 * DAY, T0 + DAY, T0 + DAY], dtype=INSTANT),
            "known_by": pl.Series([T0, T0 + 2 * DAY, T0 + 2 * DAY, T0 + DAY], dtype=INSTANT),
        }
    )
    joined = store.join(FEATURES, spine)
    assert joined.select(spine.columns).equals(spine)
    assert pays(joined) == [None, 2.0, 1.0, None]
    assert pays(store.join(FEATURES, spine.drop("known_by"))) == [None, 2.0, None, None]


def test_a_join_of_a_row_without_a_known_by_shows_nothing(store: FeatureStore) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0)), written_at=T0)
    times = pl.Series([T0, T0], dtype=INSTANT)
    spine = pl.DataFrame(
        {"token": [ANN, ANN], "as_of": times, "known_by": pl.Series([None, T0], dtype=INSTANT)}
    )
    assert pays(store.join(FEATURES, spine)) == [None, 1.0]


_days = st.integers(0, 6).map(lambda n: T0 + n * DAY)
_fact = st.tuples(st.sampled_from([ANN, BOB]), _days, st.integers(0, 3).map(float))


_puts = st.lists(st.tuples(st.lists(_fact, max_size=4), _days), max_size=5)
_spines = st.lists(st.tuples(st.sampled_from([ANN, BOB]), _days, _days), max_size=12)
Puts = list[tuple[list[tuple[str, datetime, float]], datetime]]
Spine = list[tuple[str, datetime, datetime]]


@settings(max_examples=12, deadline=None)
@given(puts=_puts, spine=_spines)
def test_both_clocks_hold_in_every_join_and_frame(puts: Puts, spine: Spine) -> None:
    with TemporaryDirectory() as home:
        backend = EmbeddedBackend(Path(home))
        both_clocks_hold(backend.features(), puts, spine)
        backend.close()


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(puts=_puts, spine=_spines)
def test_both_clocks_hold_on_s3_and_in_sagemaker(
    aws_variables: None, puts: Puts, spine: Spine
) -> None:
    backend = AwsBackend()
    both_clocks_hold(backend.features(), puts, spine)
    backend.close()


def both_clocks_hold(store: FeatureStore, puts: Puts, spine: Spine) -> None:
    store.define(a_schema())
    log: list[tuple[str, datetime, datetime, float]] = []
    for rows, written_at in puts:
        added = 0
        last_row = {(token, event): pay for token, event, pay in rows}
        for (token, event), pay in last_row.items():
            before = [w for w in log if w[:2] == (token, event)]
            if before and before[-1][3] == pay:
                continue
            floor = before[-1][2] + timedelta(microseconds=1) if before else written_at
            log.append((token, event, max(written_at, floor), pay))
            added += 1
        assert store.put(FEATURES, facts(*rows), written_at=written_at) == added

    def known(token: str, as_of: datetime, known_by: datetime) -> float | None:
        seen = [w for w in log if w[0] == token and w[1] <= as_of and w[2] <= known_by]
        return max(seen, key=lambda w: w[1:3])[3] if seen else None

    frame = pl.DataFrame(
        spine, schema={"token": pl.String, "as_of": INSTANT, "known_by": INSTANT}, orient="row"
    )
    assert pays(store.join(FEATURES, frame)) == [known(*row) for row in spine]
    end = T0 + 10 * DAY
    for token in (ANN, BOB):
        record = store.get(token)
        assert (record and record.values["pay"]) == known(token, end, end)
    as_of = T0 + 3 * DAY
    last: dict[tuple[str, datetime], float] = {}
    for token, event, written, pay in log:
        if event <= as_of and written <= as_of:
            last[token, event] = pay
    seen_frame = store.frame(FEATURES, as_of=as_of)
    assert seen_frame.select("token", "event_time", "pay").rows() == [
        (*key, last[key]) for key in sorted(last)
    ]


def test_chunks_by_token_are_what_newest_gives(store: FeatureStore) -> None:
    tokens = [f"{number:032x}" for number in range(7)]
    store.put(FEATURES, facts(*((token, T0, 1.0) for token in tokens)), written_at=T0)
    store.put(FEATURES, facts((tokens[4], T0 + DAY, None)), written_at=T0 + DAY)
    chunks = list(store.in_chunks(3))
    assert [chunk.height for chunk in chunks] == [3, 3, 1]
    assert pl.concat(chunks).equals(store.newest())
    behind = list(store.in_chunks(3, after=tokens[4]))
    assert [chunk["token"].to_list() for chunk in behind] == [tokens[5:]]
    assert list(store.in_chunks(3, after=tokens[6])) == []
    assert store.count() == 7


def test_somebody_erased_between_two_chunks_is_not_in_the_second(store: FeatureStore) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0), (BOB, T0, 2.0)), written_at=T0)
    chunks = store.in_chunks(1)
    assert next(chunks)["token"].to_list() == [ANN]
    store.erase(BOB)
    assert list(chunks) == []


def test_nobody_is_counted_or_listed_before_anything_is_imported(backend: Backend) -> None:
    empty = backend.features()
    for ask in (empty.count, lambda: list(empty.in_chunks(3))):
        with pytest.raises(NothingImported):
            ask()


def test_people_are_counted_at_each_time_they_have_features_of(store: FeatureStore) -> None:
    assert store.headcounts() == {}
    store.put(FEATURES, facts((ANN, T0, 1), (BOB, T0, 2), (ANN, T0 + DAY, 3)), written_at=T0)
    store.put(FEATURES, facts((ANN, T0, 4)), written_at=T0 + DAY)
    assert list(store.headcounts().items()) == [(T0, 2), (T0 + DAY, 1)]


def test_history_is_aged_and_purged_but_for_what_still_holds(store: FeatureStore) -> None:
    rows = facts((ANN, T0, 1.0), (ANN, T0 + DAY, 2.0), (BOB, T0, 3.0), (BOB, T0 + DAY, 4.0))
    store.put(FEATURES, rows, written_at=T0 + DAY)
    ages = store.ages(T0 + 9 * DAY, held={BOB})
    assert (ages.rows, ages.due, ages.held_back, ages.oldest) == (4, 1, 1, T0)
    assert store.purge(T0 + 9 * DAY, held={BOB}) == 1
    assert pays(store.facts(FEATURES, [ANN, BOB])) == [2.0, 3.0, 4.0]
    assert pays(store.newest()) == [2.0, 4.0]
    assert store.problems() == []


NEW_ANN, NEW_BOB = EmployeeToken("c" * 32), EmployeeToken("d" * 32)
RENAMES = pl.DataFrame({"alias": [ANN, BOB], "token": [NEW_ANN, NEW_BOB]})


def test_everyone_is_found_by_two_names_for_a_while_then_by_the_new_one_alone(
    store: FeatureStore,
) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0), (BOB, T0, 2.0)), written_at=T0)
    assert store.known_elsewhere(pl.Series([ANN])) == 1
    with store.under_two_names(RENAMES, afresh=True):
        both = store.records([ANN, NEW_ANN])
        assert [both[token].values["pay"] for token in (ANN, NEW_ANN)] == [1.0, 1.0]
    for _again in range(2):
        assert store.known([ANN, BOB, NEW_ANN, NEW_BOB]) == {NEW_ANN, NEW_BOB}
        assert store.get(ANN) is None
        assert pays(store.facts(FEATURES, [ANN, NEW_ANN])) == [1.0]
        with store.under_two_names(RENAMES, afresh=False):
            pass
    assert store.put(FEATURES, facts((NEW_ANN, T0, 5.0)), written_at=T0 + DAY) == 1
    assert pays(store.newest([NEW_ANN])) == [5.0]
    assert store.problems() == []


def test_what_was_cut_off_between_two_names_is_told_by_the_old_ones_and_begins_afresh(
    store: FeatureStore,
) -> None:
    store.put(FEATURES, facts((ANN, T0, 1.0), (BOB, T0, 2.0)), written_at=T0)
    with suppress(RuntimeError), store.under_two_names(RENAMES, afresh=True):
        raise RuntimeError
    store.erase(ANN)
    store.put(FEATURES, facts((BOB, T0 + DAY, 3.0)), written_at=T0 + DAY)
    with store.under_two_names(RENAMES, afresh=True):
        assert store.known([ANN, NEW_ANN]) == set()
        assert store.records([NEW_BOB])[NEW_BOB].values["pay"] == 3.0
    assert store.known([NEW_ANN, NEW_BOB]) == {NEW_BOB}
