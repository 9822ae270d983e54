from datetime import timedelta

import pytest

from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarms import MissingData
from stayline.errors import SettingRefused
from stayline.formats.alarms_toml import parse_rules, read_rules


def rule(text, name):
    return {rule.name: rule for rule in parse_rules(text)}[name]


def test_a_home_without_the_file_has_the_default_rules(tmp_path):
    assert read_rules(tmp_path) == DEFAULT_RULES


def test_the_file_changes_what_it_names_and_nothing_else(tmp_path):
    (tmp_path / "alarms.toml").write_text(
        "[latency-high]\nthreshold = 400_000\nevaluation_periods = 10\n"
        'datapoints_to_alarm = 6\nmissing = "breaching"\nfewest = 5\n'
        "[server-errors]\nperiod_s = 60\nlooks_back_s = 600\n"
    )
    changed = {rule.name: rule for rule in read_rules(tmp_path)}
    latency, errors = changed["latency-high"], changed["server-errors"]
    assert (latency.threshold, latency.evaluation_periods, latency.datapoints_to_alarm) == (
        400_000, 10, 6,
    )  # fmt: skip
    assert (latency.missing, latency.fewest) == (MissingData.BREACHING, 5)
    assert (errors.period, errors.looks_back) == (timedelta(minutes=1), timedelta(minutes=10))
    same = {rule.name: rule for rule in DEFAULT_RULES}
    others = set(same) - {"latency-high", "server-errors"}
    assert all(changed[name] == same[name] for name in others)


def test_a_clearing_threshold_moves_with_the_threshold_unless_it_is_named():
    assert rule("[latency-high]\nthreshold = 400_000", "latency-high").clears_at == 300_000
    named = rule("[latency-high]\nthreshold = 400_000\nclears_at = 10", "latency-high")
    assert named.clears_at == 10


def test_more_periods_look_back_as_far_as_they_need():
    found = rule("[latency-high]\nevaluation_periods = 60", "latency-high")
    assert found.looks_back == timedelta(hours=2)


def test_a_rule_is_off_with_a_written_reason():
    text = '[bias-drift]\noff = "The quarterly audit looks at this."'
    assert rule(text, "bias-drift").off == "The quarterly audit looks at this."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[latency-hihg]\nthreshold = 1", r"\[latency-hihg\].*expected one of \['latency-high'"),
        ("[latency-high\n", "a readable TOML file"),
        ("latency-high = 3", "Expected `object`, got `int`"),
        ("[latency-high]\nthreshhold = 1", "unknown field `threshhold`.*'threshold'"),
        ('[latency-high]\nthreshold = "high"', "Expected `float | null`|Expected"),
        ("[latency-high]\nthreshold = nan", "threshold is nan; expected a number"),
        ("[latency-high]\nevaluation_periods = 0", "`int` >= 1"),
        ("[latency-high]\nperiod_s = 99999999999999", "`int` <= 31622400"),
        ("[latency-high]\ndatapoints_to_alarm = 9", "expected 1 to evaluation_periods, which is 5"),
        ("[latency-high]\nlooks_back_s = 10", "expected the 300 s that the periods take"),
        ("[latency-high]\nclears_at = 900_000", "expected a value below it"),
        ('[latency-high]\nmissing = "maybe"', "maybe"),
        ('[latency-high]\noff = "later"', "in at least 20 characters"),
        ("[latency-high]\noff = true", "Expected"),
    ],
)
def test_a_wrong_file_is_refused_in_words(text, told):
    with pytest.raises(SettingRefused, match=told):
        parse_rules(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "alarms.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingRefused, match=r"alarms\.toml"):
        read_rules(tmp_path)
