"""Alarms at the command line."""

from datetime import UTC, datetime, timedelta

import pytest

from command_runs import here
from message_servers import webhook
from ringing_home import RingingHome
from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.metric_points import MetricPoint
from stayline.jobs.table import JOBS

NOTE = "The disk is being replaced this afternoon."


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.delenv("STAYLINE_ALARM_CHANNELS", raising=False)
    return RingingHome(tmp_path / "home")


def alarms(house, *words):
    return here("alarms", *words, "--home", house.folder)


def test_a_home_that_was_never_evaluated_says_so(house):
    assert "No alarm was evaluated yet" in alarms(house, "list").out
    assert "No alarm has changed its state yet." in alarms(house, "history").out
    assert alarms(house, "list", "--json").json == {"alarms": [], "not_delivered": []}


def test_an_alarm_is_listed_with_its_reason_and_who_has_taken_note(house):
    house.after(1, 20.0)
    listed = alarms(house, "list").out
    assert all(word in listed for word in ("heat", "ALARM", "2026-03-01 12:01:00", "Heat is 20"))
    done = alarms(house, "acknowledge", "heat", "--note", NOTE, "--by", "Ana Berg")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Ana Berg has taken note of heat. It rings on")
    assert "Ana Berg" in alarms(house, "list").out
    told = alarms(house, "list", "--json").json
    assert told["alarms"][0]["standing"]["state"] == "ALARM"
    assert told["alarms"][0]["acknowledged"]["note"] == NOTE


def test_a_note_on_an_alarm_that_is_over_does_not_show_on_the_next_one(house):
    house.after(1, 20.0)
    alarms(house, "acknowledge", "heat", "--note", NOTE, "--by", "Ana Berg")
    house.after(1, 1.0)
    house.after(1, 20.0)
    assert "Ana Berg" not in alarms(house, "list").out
    assert f"Ana Berg on heat: {NOTE}" in alarms(house, "history").out


def test_the_history_is_of_one_alarm_and_as_long_as_asked(house):
    house.after(1, 20.0)
    house.after(1, 1.0)
    told = alarms(house, "history", "heat", "--limit", "1", "--json").json
    assert [one["state"] for one in told["transitions"]] == ["OK"]
    assert alarms(house, "history", "cold", "--json").json["transitions"] == []


@pytest.mark.parametrize(
    ("alarm", "note", "told"),
    [("cold", NOTE, "There is no alarm 'cold'."), ("heat", "seen", "the note has 4 characters")],
)
def test_an_acknowledgement_outside_the_rules_is_refused_in_words(house, alarm, note, told):
    house.after(1, 20.0)
    refused = alarms(house, "acknowledge", alarm, "--note", note, "--by", "ana")
    assert (refused.code, refused.out) == (1, "")
    assert told in refused.err


def test_evaluating_puts_figures_moves_alarms_and_prints_what_changed(house):
    begun = datetime.now(UTC)
    missed = MetricPoint("job_missed", begun - timedelta(minutes=3), 1.0, {"Job": "purge"})
    house.ports.metrics.put([missed])
    done = alarms(house, "evaluate")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("job-missed:purge: INSUFFICIENT_DATA to ALARM; job_missed is 1;")
    points = house.ports.metrics.points("job_missed", since=begun)
    assert {point.dimensions["Job"] for point in points} == {job.name for job in JOBS}
    again = alarms(house, "evaluate")
    assert (again.code, again.out) == (0, "")
    told = alarms(house, "evaluate", "--json").json
    assert [one["state"] for one in told["standings"] if one["alarm"] == "job-missed:purge"] == [
        "ALARM"
    ]


def test_evaluating_with_a_channel_that_cannot_be_used_says_so_and_fails(house, monkeypatch):
    monkeypatch.setenv("STAYLINE_ALARM_CHANNELS", "hook=nowhere")
    done = alarms(house, "evaluate")
    assert done.code == 1
    assert "hook" in done.out
    assert "nowhere" not in done.out + done.err


def test_the_rules_are_printed_with_what_the_file_changes(house):
    (house.folder / "alarms.toml").write_text(
        '[latency-high]\nthreshold = 400_000\n[bias-drift]\noff = "The audit looks at this."\n'
    )
    printed = alarms(house, "rules").out
    assert "Average of EndToEndLatency_p95 > 400000 in 3 of 5 datapoints of 60 s" in printed
    assert "The audit looks at this." in printed
    told = alarms(house, "rules", "--json").json["rules"]
    assert [rule["name"] for rule in told] == [rule.name for rule in DEFAULT_RULES]


def test_a_wrong_rules_file_is_refused_in_words(house):
    (house.folder / "alarms.toml").write_text("[latency-hihg]\n")
    refused = alarms(house, "rules")
    assert (refused.code, refused.out) == (1, "")
    assert "expected one of ['latency-high'" in refused.err


def test_a_trial_says_per_channel_whether_it_was_taken(house, monkeypatch):
    with webhook() as well, webhook(refusals=2) as failing:
        monkeypatch.setenv(
            "STAYLINE_ALARM_CHANNELS",
            f"good=json://127.0.0.1:{well.port} bad=json://127.0.0.1:{failing.port}/s3cr3t",
        )
        done = alarms(house, "test")
        as_json = alarms(house, "test", "--json")
        monkeypatch.setenv("STAYLINE_ALARM_CHANNELS", f"good=json://127.0.0.1:{well.port}")
        assert alarms(house, "test").code == 0
    assert (done.code, as_json.code) == (1, 1)
    assert "good: taken\nbad: not taken: it did not answer" in done.out
    assert as_json.json["channels"]["good"] is None
    assert "s3cr3t" not in done.out + done.err + as_json.out
    assert well.messages[0]["title"].startswith("TEST")


def test_what_was_given_up_is_listed(house, monkeypatch):
    with webhook(refusals=9) as taken:
        monkeypatch.setenv("STAYLINE_ALARM_CHANNELS", f"hook=json://127.0.0.1:{taken.port}")
        house.after(1, 20.0)
        monkeypatch.delenv("STAYLINE_ALARM_CHANNELS")
        house.after(5)
    assert "Not delivered: heat to 'hook': there is no such channel any more" in (
        alarms(house, "list").out
    )


def test_a_home_that_is_not_there_is_named_and_not_made(tmp_path):
    for words in (("list",), ("history",), ("evaluate",), ("test",)):
        refused = here("alarms", *words, "--home", tmp_path / "typo")
        assert (refused.code, "a folder that exists" in refused.err) == (1, True)
    assert not (tmp_path / "typo").exists()
