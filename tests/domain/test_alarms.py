from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.alarm_history import Standing, Transition, first_standing, steps
from stayline.domain.alarm_message import message_of
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarm_states import datapoints, next_state
from stayline.domain.alarms import AlarmRule, AlarmState, Comparison, MissingData, Statistic
from stayline.domain.metric_points import MetricPoint
from stayline.domain.serving_counts import Histogram, ServingCounts, serving_points
from stores import HOUR, NOON

OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
MINUTE = timedelta(minutes=1)
MIDDAY = NOON.replace(microsecond=0)
RULE = AlarmRule(
    "hot", "Heat", 10.0, "It is hot.", "Heat is high", clears_at=8.0,
    evaluation_periods=5, datapoints_to_alarm=3, datapoints_to_clear=2,
)  # fmt: skip
HEATS = st.lists(st.floats(0, 20), min_size=1, max_size=60)


def point(minute, value, n=None, **dimensions):
    return MetricPoint("Heat", MIDDAY + minute * MINUTE, value, dimensions, n=n)


def states(rule, values, before=OK):
    """Return the states that follow when one datapoint after the other comes."""
    found = []
    for count in range(1, len(values) + 1):
        before = next_state(rule, before, values[:count])
        found.append(before)
    return found


def stand(rule, points, before, now):
    return list(steps(rule, before, datapoints(rule, points), now))[-1]


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.name)
def test_every_default_rule_can_be_used(rule):
    assert rule.problems() == []
    assert rule.means.endswith(".")


def test_the_default_rules_have_names_of_their_own():
    assert len({rule.name for rule in DEFAULT_RULES}) == len(DEFAULT_RULES)


@pytest.mark.parametrize(
    ("comparison", "value", "breaches"),
    [
        (Comparison.ABOVE, 10.0, False), (Comparison.ABOVE, 10.1, True),
        (Comparison.AT_LEAST, 10.0, True), (Comparison.AT_LEAST, 9.9, False),
        (Comparison.BELOW, 10.0, False), (Comparison.BELOW, 9.9, True),
        (Comparison.AT_MOST, 10.0, True), (Comparison.AT_MOST, 10.1, False),
    ],
)  # fmt: skip
def test_comparisons_are_those_of_cloudwatch(comparison, value, breaches):
    assert comparison.breaches(value, 10.0) is breaches


def test_an_alarm_begins_with_enough_breaches_among_the_newest():
    assert states(RULE, [11, 1, 11, 1, 11], UNKNOWN) == [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, ALARM]
    assert states(RULE, [1, 1, 1, 11, 1, 11, 1, 1, 11])[-1] is OK


def test_nothing_is_claimed_while_what_is_missing_could_still_be_an_alarm():
    assert states(RULE, [1, 1, 1], UNKNOWN) == [UNKNOWN, UNKNOWN, OK]
    assert states(replace(RULE, missing=MissingData.IGNORE), [1, 1, 1]) == [OK, OK, OK]


def test_it_is_over_after_enough_clear_datapoints_in_a_row():
    hot = [11.0] * 5
    assert states(RULE, [*hot, 7, 9, 7, 7, 7], UNKNOWN)[5:] == [ALARM, ALARM, ALARM, OK, OK]


def test_missing_datapoints_mean_what_the_rule_says():
    assert next_state(RULE, ALARM, []) is UNKNOWN
    assert next_state(replace(RULE, missing=MissingData.IGNORE), ALARM, []) is ALARM
    breaching = replace(RULE, missing=MissingData.BREACHING)
    assert next_state(breaching, OK, []) is ALARM
    assert next_state(breaching, OK, [1.0, 1.0]) is ALARM
    assert next_state(breaching, OK, [1.0, 1.0, 1.0]) is OK


@given(st.lists(st.floats(8.0, 10.0), min_size=5, max_size=60), st.sampled_from([OK, ALARM]))
def test_a_value_between_clearing_and_threshold_never_changes_the_state(values, before):
    rule = replace(RULE, missing=MissingData.IGNORE, clears_at=7.99)
    assert set(states(rule, values, before)) == {before}


@given(HEATS)
def test_an_alarm_never_ends_without_clear_datapoints_nor_begins_without_breaches(values):
    found = states(RULE, values, UNKNOWN)
    for position, (before, after) in enumerate(zip([UNKNOWN, *found], found, strict=False)):
        newest = values[: position + 1]
        if after is ALARM and before is not ALARM:
            assert sum(value > 10 for value in newest[-5:]) >= 3
        if before is ALARM and after is not ALARM:
            assert all(value <= 8 for value in newest[-2:])


@given(st.lists(st.sampled_from([9.9, 10.1]), min_size=60, max_size=60))
def test_a_value_that_hovers_at_the_threshold_raises_one_alarm_at_most(values):
    raised = [state for state, _ in groupby(states(RULE, values, OK)) if state is ALARM]
    assert len(raised) <= 1


@given(HEATS, st.randoms(use_true_random=False))
def test_the_order_of_points_and_their_copies_change_nothing(values, chance):
    points = [point(minute, value) for minute, value in enumerate(values)]
    mixed = points * 2
    chance.shuffle(mixed)
    rule = replace(RULE, statistic=Statistic.SUM)
    assert datapoints(rule, mixed) == datapoints(rule, points)


@given(HEATS)
def test_looking_seldom_finds_the_same_state_as_looking_each_minute(values):
    rule = replace(RULE, looks_back=2 * HOUR)
    points = [point(minute, value) for minute, value in enumerate(values)]
    end = MIDDAY + len(values) * MINUTE
    start = first_standing(rule, "hot", MIDDAY)
    often = start
    for minute in range(1, len(values) + 1):
        often = stand(rule, points, often, MIDDAY + minute * MINUTE)
    assert often == stand(rule, points, start, end)


@given(st.lists(st.timedeltas(-HOUR, HOUR), max_size=20), HEATS)
def test_a_clock_that_jumps_about_never_makes_a_state_without_its_evidence(jumps, values):
    points = [point(minute, value) for minute, value in enumerate(values)]
    now, standing = MIDDAY, first_standing(RULE, "hot", MIDDAY)
    for jump in jumps:
        now += jump
        standing = stand(RULE, points, standing, now)
        assert standing.evaluated_at == now
        ends = [one.end for one in datapoints(RULE, points)]
        if not any(now - RULE.looks_back < end <= now for end in ends):
            assert standing.state is UNKNOWN


def test_an_alarm_that_came_and_went_while_nobody_looked_is_in_its_steps():
    points = [point(minute, 20.0 if 5 <= minute < 12 else 1.0) for minute in range(25)]
    before = Standing("hot", "hot", OK, MIDDAY, MIDDAY)
    found = [one.state for one in steps(RULE, before, datapoints(RULE, points), MIDDAY + HOUR / 2)]
    assert [state for state, _ in groupby(found)] == [UNKNOWN, OK, ALARM, OK]


def test_a_point_that_comes_late_is_seen_at_the_next_look():
    before = replace(first_standing(RULE, "hot", MIDDAY), evaluated_at=MIDDAY + 10 * MINUTE)
    rule = replace(RULE, evaluation_periods=1, datapoints_to_alarm=1)
    found = stand(rule, [point(2, 30.0)], before, MIDDAY + 11 * MINUTE)
    assert (found.state, found.value) == (ALARM, 30.0)


def test_a_period_under_way_is_not_judged_yet():
    rule = replace(RULE, evaluation_periods=1, datapoints_to_alarm=1)
    start = first_standing(rule, "hot", MIDDAY)
    assert stand(rule, [point(0, 30.0)], start, MIDDAY + MINUTE / 2).state is UNKNOWN
    assert stand(rule, [point(0, 30.0)], start, MIDDAY + MINUTE).state is ALARM


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        (Statistic.AVERAGE, 4.0),
        (Statistic.SUM, 11),
        (Statistic.MINIMUM, 1),
        (Statistic.MAXIMUM, 10),
    ],
)
def test_points_of_one_period_become_one_datapoint_their_mean_weighted_by_n(statistic, expected):
    rule = replace(RULE, statistic=statistic, period=5 * MINUTE)
    (found,) = datapoints(rule, [point(1, 1, n=200), point(2, 10, n=100)])
    assert (found.value, found.end) == (expected, MIDDAY + 5 * MINUTE)


def test_a_period_with_too_few_things_counted_is_no_evidence():
    rule = replace(RULE, fewest=20, period=5 * MINUTE)
    assert datapoints(rule, [point(0, 30.0, n=10), point(1, 30.0, n=9)]) == []
    assert len(datapoints(rule, [point(0, 30.0, n=10), point(1, 30.0, n=10)])) == 1
    assert len(datapoints(rule, [point(0, 30.0)])) == 1


def test_the_reason_tells_the_figure_and_what_its_dimensions_say_of_the_cause():
    (rule,) = (rule for rule in DEFAULT_RULES if rule.name == "no-data")
    empty = MetricPoint("watch_rows", MIDDAY, 0, {"Cause": "the server did not run"})
    found = stand(rule, [empty], first_standing(rule, "no-data", MIDDAY), MIDDAY + HOUR)
    assert found.state is ALARM
    assert found.reason == (
        "watch_rows is 0; 1 of the newest 1 datapoints breach LessThanOrEqualToThreshold 0; "
        "Cause: the server did not run"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"datapoints_to_alarm": 6}, "expected 1 to evaluation_periods, which is 5"),
        ({"datapoints_to_alarm": 0}, "datapoints_to_alarm is 0"),
        ({"datapoints_to_clear": 0}, "datapoints_to_clear is 0"),
        ({"clears_at": 11.0}, "expected a value below it"),
        ({"comparison": Comparison.BELOW}, "expected a value above it"),
        ({"looks_back": MINUTE}, "expected the 300 s that the periods take"),
        ({"threshold": float("nan")}, "threshold is nan; expected a number"),
        ({"period": timedelta()}, "period_s is 0"),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(change, told):
    assert told in "; ".join(replace(RULE, **change).problems())


def test_a_message_tells_state_figure_time_and_the_runbook_s_section():
    made = Transition("t-1", "hot", "hot", OK, ALARM, MIDDAY, 11.0, "Heat is 11")
    message = message_of(made, RULE)
    assert (message.title, message.is_alarm) == ("ALARM: hot", True)
    assert message.body.splitlines() == [
        "It is hot.",
        "State: ALARM (before: OK)",
        "Since: 2026-03-01 12:00:00 UTC",
        "Figure: Heat is 11",
        "What to do: docs/runbook.md#heat-is-high",
        "Id: t-1",
    ]
    assert "no longer there" in message_of(made, None).body


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (OK, "This is not so, or no longer: It is hot."),
        (UNKNOWN, "It is not known whether this is so: It is hot."),
    ],
)
def test_a_message_that_an_alarm_is_over_does_not_read_like_one(state, told):
    made = Transition("t-1", "hot", "hot", ALARM, state, MIDDAY, 1.0, "Heat is 1")
    message = message_of(made, RULE)
    assert (message.body.splitlines()[0], message.is_alarm) == (told, False)


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.name)
def test_every_default_rule_rings_on_its_figure_and_is_over_once_it_is_well(rule):
    name = "job-missed:nightly" if rule.each else rule.name
    bad = max(rule.threshold * 2, 1.0) if rule.comparison.is_upward else 0.0
    well = 0.0 if rule.comparison.is_upward else 500.0
    times = [MIDDAY + n * rule.period for n in range(rule.evaluation_periods * 2 + 6)]
    dimensions = dict(rule.dimensions) | ({rule.each: "nightly"} if rule.each else {})
    half = rule.evaluation_periods
    points = [
        MetricPoint(rule.metric, at, bad if n < half else well, dimensions, n=100)
        for n, at in enumerate(times)
    ]
    start = first_standing(rule, name, MIDDAY)
    found = [one.state for one in steps(rule, start, datapoints(rule, points), times[-1] + HOUR)]
    assert [state for state, _ in groupby(found) if state is not UNKNOWN] == [ALARM, OK]


def test_the_figures_that_rules_of_serving_look_at_are_those_that_serving_tells():
    some = Histogram((100.0, float("inf")), (1.0, 1.0))
    counted = ServingCounts("r", MIDDAY, "e", True, 1, 0, 0, 0, some, some, 0.0)
    told = {point.name for point in serving_points(counted)}
    looked_at = {rule.metric for rule in DEFAULT_RULES}
    assert looked_at - told == {"watch_violations", "watch_rows", "job_missed"}
