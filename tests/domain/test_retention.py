"""How long records may and must be kept: the table, its conflicts, and ages to the second."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.retention import (
    TABLE,
    Bound,
    DecidedConflict,
    Follow,
    RecordClass,
    RetentionPolicy,
    is_over,
    limits_of,
)
from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy

RAW, EVENTS, DECISIONS = RecordClass.RAW_INPUTS, RecordClass.EVENTS, RecordClass.DECISIONS
TODAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def days(record_class, *jurisdictions, on=TODAY, **policy):
    found = limits_of(record_class, RetentionPolicy(jurisdictions, **policy), on=on)
    return (
        None if found.ceiling is None else found.ceiling.days,
        None if found.floor is None else found.floor.days,
        found.conflict is not None,
    )


@pytest.mark.parametrize(
    ("age", "over"),
    [
        (timedelta(days=180), False),
        (timedelta(days=180, microseconds=1), True),
        (timedelta(days=180, seconds=1), True),
        (timedelta(days=179, hours=23), False),
    ],
)
def test_an_age_is_over_a_ceiling_only_when_it_is_longer(age, over):
    assert is_over(NOW - age, days=180, now=NOW) is over


def test_in_the_union_raw_inputs_stay_180_days_at_most_and_events_184_at_least():
    assert days(RAW, "EU") == (180, None, False)
    assert days(EVENTS, "EU") == (None, 184, False)
    assert days(DECISIONS, "EU") == (None, None, False)


@pytest.mark.parametrize(
    ("record_class", "place", "eve", "first_day"),
    [
        (DECISIONS, "US-CO", date(2026, 12, 31), (366, 1096)),
        (EVENTS, "IN", date(2027, 5, 12), (184, 366)),
        (RecordClass.DOCUMENTATION, "EU", date(2027, 12, 1), (None, 3653)),
    ],
)
def test_a_floor_binds_from_its_first_day_on(record_class, place, eve, first_day):
    before, after = (
        days(record_class, place, on=eve),
        days(record_class, place, on=eve + timedelta(days=1)),
    )
    assert (before[1], after[1]) == first_day


def test_the_strictest_of_several_jurisdictions_holds_and_a_state_is_in_its_union():
    assert days(DECISIONS, "EU", "US-CA") == (None, 1461, False)
    assert days(EVENTS, "US-NYC") == (None, 366, False)


def test_a_rule_that_may_reach_raw_inputs_is_a_conflict_with_both_sources():
    found = limits_of(RAW, RetentionPolicy(("EU", "US-CA")), on=TODAY)
    assert found.conflict is not None
    told = found.conflict.words()
    assert "180" in told
    assert "2 CCR 11013(c)" in told
    assert "promise" in told
    assert not days(RAW, "IN", on=date(2027, 5, 12))[2]
    assert days(RAW, "IN", on=date(2027, 5, 13))[2]


def test_a_promise_below_a_floor_is_a_conflict():
    assert days(EVENTS, "EU", events_days=180) == (180, 184, True)
    assert days(EVENTS, "EU", events_days=184) == (184, 184, False)


@pytest.mark.parametrize(
    ("follow", "expected"),
    [(Follow.CEILING, (180, None, False)), (Follow.FLOOR, (1461, 1461, False))],
)
def test_a_decided_conflict_follows_the_side_that_was_chosen(follow, expected):
    decided = DecidedConflict(RAW, follow, "dora", "counsel's memo of 3 March")
    assert days(RAW, "US-CA", decided=(decided,)) == expected


def test_a_policy_is_read_from_the_file_and_nonsense_is_refused(tmp_path):
    file = tmp_path / "governance.toml"
    file.write_text(
        '[retention]\njurisdictions = ["EU", "US-CO"]\nraw_inputs_days = 90\n'
        '[[retention.decided]]\nrecord_class = "raw_inputs"\nfollow = "ceiling"\n'
        'by = "dora"\nreason = "counsel"\n'
    )
    policy = read_policy(tmp_path, "retention", RetentionPolicy)
    assert policy.raw_inputs_days == 90
    assert policy.decision_on(RAW).follow is Follow.CEILING
    for line in (
        'jurisdictions = ["Atlantis"]', "raw_inputs_days = 0", 'raw_inputs_days = "long"',
        "purge_ahead_days = 180", '[[retention.decided]]\nrecord_class = "raw_inputs"\n'
        'follow = "floor"\nby = "dora"\nreason = " "',
    ):  # fmt: skip
        file.write_text(f"[retention]\n{line}\n")
        with pytest.raises(SettingRefused):
            read_policy(tmp_path, "retention", RetentionPolicy)


@given(
    st.sets(st.sampled_from(["EU", "US", "US-CO", "US-CA", "US-NYC", "IN"]), min_size=1),
    st.dates(date(2025, 1, 1), date(2029, 1, 1)),
    st.sampled_from(list(RecordClass)),
    st.one_of(st.none(), st.integers(1, 5000)),
)
def test_no_rule_in_force_is_broken_without_a_conflict(places, on, record_class, promised):
    promise = {f"{record_class}_days": promised} if promised else {}
    policy = RetentionPolicy(tuple(places), **promise, purge_ahead_days=0)
    found = limits_of(record_class, policy, on=on)
    for rule in TABLE:
        if rule.record_class is record_class and rule.holds(frozenset(places), on):
            assert rule.bound is Bound.FLOOR
            assert found.floor.days >= rule.days
    if found.ceiling and found.floor:
        assert (found.conflict is not None) == (found.ceiling.days < found.floor.days)


def test_every_row_of_the_table_has_a_source_and_a_mark():
    assert all(rule.source and rule.mark in {"V", "S", "K", "U"} for rule in TABLE)
    assert msgspec.to_builtins(TABLE)
