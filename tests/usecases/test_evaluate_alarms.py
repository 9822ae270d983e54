import logging
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

import ringing_home
from message_servers import webhook
from ringing_home import HEAT, MIDDAY, MINUTE, RingingHome
from stayline.domain.alarms import AlarmState
from stayline.domain.audit_events import AuditEventKind
from stayline.errors import AcknowledgementRefused, UnknownAlarm
from stayline.usecases.acknowledge_alarm import acknowledge_alarm
from stayline.usecases.evaluate_alarms.delivery import GIVES_UP_AFTER
from stayline.usecases.try_alarm_channels import try_alarm_channels

OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
NOTE = "The disk is being replaced this afternoon."


@pytest.fixture
def house(tmp_path):
    return RingingHome(tmp_path / "home")


@pytest.fixture
def channel(monkeypatch):
    """Name the address of the one channel beside the log."""

    def named(port, name="hook"):
        monkeypatch.setenv("STAYLINE_ALARM_CHANNELS", f"{name}=json://127.0.0.1:{port}/token")

    return named


def raised(house):
    events = house.ports.audit.events(subject="heat")
    return [event for event in events if event.kind is AuditEventKind.ALARM_RAISED]


def test_an_alarm_begins_and_ends_and_both_are_told_once_with_the_runbook(house, channel):
    with webhook() as taken:
        channel(taken.port)
        assert house.after(1, 1.0).standings[0].state is OK
        assert [t.state for t in house.after(1, 20.0).transitions] == [ALARM]
        assert house.after(1, 20.0).transitions == ()
        assert [t.state for t in house.after(1, 1.0).transitions] == [OK]
        assert house.after(1, 1.0).sent.taken == 0
    assert [message["title"] for message in taken.messages] == ["ALARM: heat", "OK: heat"]
    assert "docs/runbook.md#heat-is-high" in taken.messages[0]["message"]
    (event,) = raised(house)
    ending, beginning, first = house.ports.alarms.history()
    assert (event.at, event.details["transition"]) == (beginning.at, beginning.transition_id)
    assert (first.state, beginning.state, ending.state) == (OK, ALARM, OK)


def test_the_log_gets_every_change_and_people_only_what_concerns_an_alarm(house, channel, caplog):
    caplog.set_level(logging.WARNING, "stayline.alarms")
    with webhook() as taken:
        channel(taken.port)
        house.after(1, 1.0)
        house.after(60)
    assert taken.messages == []
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "OK: heat",
        "INSUFFICIENT_DATA: heat",
    ]


def test_without_any_figure_nothing_is_known_and_nobody_is_told(house):
    found = house.evaluate()
    assert (found.standings[0].state, found.transitions) == (UNKNOWN, ())
    assert house.ports.alarms.history() == []


def test_what_happened_while_nobody_evaluated_is_told_in_order(house, channel):
    with webhook() as taken:
        channel(taken.port)
        house.after(1, 1.0)
        for value in (20.0, 20.0, 1.0):
            house.put(value)
            house.clock.instant += MINUTE
        assert [t.state for t in house.evaluate().transitions] == [ALARM, OK]
    assert [message["title"] for message in taken.messages] == ["ALARM: heat", "OK: heat"]


def test_a_message_that_is_refused_is_sent_again_later_and_holds_back_the_next(house, channel):
    with webhook(refusals=2) as taken:
        channel(taken.port)
        first = house.after(1, 20.0)
        assert (first.sent.waiting, len(first.problems)) == (1, 1)
        assert first.problems[0].startswith("channel 'hook' did not take heat: it did not answer")
        assert "127.0.0.1" not in first.problems[0]
        assert house.after(1, 1.0).sent.waiting == 2  # the second attempt fails, too
        assert house.after(1, 1.0).sent.waiting == 2  # not due: two minutes are not over
        assert taken.messages == []
        assert house.after(1, 1.0).sent.taken == 2
    assert [message["title"] for message in taken.messages] == ["ALARM: heat", "OK: heat"]


def test_one_channel_that_fails_keeps_no_other_waiting(house, monkeypatch):
    with webhook(refusals=1) as failing, webhook() as well:
        monkeypatch.setenv(
            "STAYLINE_ALARM_CHANNELS",
            f"a=json://127.0.0.1:{failing.port} b=json://127.0.0.1:{well.port}",
        )
        house.after(1, 20.0)
    assert (len(failing.messages), len(well.messages)) == (0, 1)


def test_a_channel_that_never_takes_a_message_is_given_up_after_a_day(house, channel):
    with webhook(refusals=1000) as taken:
        channel(taken.port)
        house.after(1, 20.0)
        began = house.clock.now()
        while not house.after(10).sent.given_up:
            pass
    assert GIVES_UP_AFTER <= house.clock.now() - began < GIVES_UP_AFTER + timedelta(hours=1.5)
    assert 20 < len(taken.paths) < 40
    lost = house.ports.alarms.given_up()[-1]
    assert (lost.channel, lost.problem) == ("hook", "it did not answer, or refused the message")


def test_a_channel_that_was_removed_is_given_up_at_once(house, channel):
    with webhook(refusals=1) as taken:
        channel(taken.port)
        house.after(1, 20.0)
        channel(taken.port, name="other")
        assert house.after(5).sent.given_up == 1


def test_a_clock_set_back_neither_stops_evaluation_nor_a_waiting_message(house, channel):
    with webhook(refusals=1) as taken:
        channel(taken.port)
        house.clock.instant += timedelta(days=300)
        house.after(1, 20.0)
        house.clock.instant = MIDDAY
        assert [t.state for t in house.after(1, 20.0).transitions] == []
        assert len(taken.messages) == 1
        assert [t.state for t in house.after(1, 1.0).transitions] == [OK]


@pytest.mark.parametrize(("when", "copies"), [("before", 1), ("after", 2)])
def test_a_process_killed_while_it_sends_loses_no_message_and_copies_bear_one_id(
    house, channel, when, copies
):
    with webhook() as taken:
        channel(taken.port)
        done = subprocess.run(
            [sys.executable, ringing_home.__file__, str(house.folder), when], check=False
        )
        assert done.returncode == -signal.SIGKILL
        house.after(3)
        assert house.after(2).sent.taken == 0
    assert [message["title"] for message in taken.messages].count("ALARM: heat") == copies
    (transition,) = (t for t in house.ports.alarms.history() if t.state is ALARM)
    ids = {message["message"].splitlines()[-1] for message in taken.messages[:copies]}
    assert ids == {f"Id: {transition.transition_id}"}
    assert len(raised(house)) == 1


def test_of_several_who_evaluate_at_once_one_tells(house, channel):
    with webhook() as taken:
        channel(taken.port)
        house.after(1, 1.0)
        house.put(20.0)
        house.clock.instant += MINUTE
        start = threading.Barrier(4)
        found = []

        def look():
            other = RingingHome(house.folder, house.clock)
            start.wait()
            found.append(other.evaluate())

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 4
    assert len([t for t in house.ports.alarms.history() if t.state is ALARM]) == 1
    assert [message["title"] for message in taken.messages] == ["ALARM: heat"]


def test_there_is_one_alarm_for_each_value_of_a_dimension(house):
    house.rules = (replace(HEAT, each="Oven"),)
    house.put(20.0, Oven="a")
    states = {one.alarm: one.state for one in house.after(1, 1.0, Oven="b").standings}
    assert states == {"heat:a": ALARM, "heat:b": OK}
    states = {one.alarm: one.state for one in house.after(60).standings}
    assert states == {"heat:a": UNKNOWN, "heat:b": UNKNOWN}


def test_a_rule_that_is_switched_off_ends_its_alarm_and_says_why(house):
    house.after(1, 20.0)
    house.rules = (replace(HEAT, off="The oven is gone for good."),)
    (ended,) = house.after(1, 20.0).transitions
    assert (ended.state, ended.reason) == (UNKNOWN, "its rule is off: The oven is gone for good.")
    assert house.after(1, 20.0).transitions == ()


def test_no_message_names_anything_but_the_alarm_its_figure_and_the_time(house, channel):
    with webhook() as taken:
        channel(taken.port)
        house.after(1, 20.0)
    (told,) = taken.messages
    transition = house.ports.alarms.history()[0]
    assert told["message"].splitlines() == [
        "It is hot.",
        "State: ALARM (before: INSUFFICIENT_DATA)",
        "Since: 2026-03-01 12:01:00 UTC",
        "Figure: Heat is 20; 1 of the newest 1 datapoints breach GreaterThanThreshold 10",
        "What to do: docs/runbook.md#heat-is-high",
        f"Id: {transition.transition_id}",
    ]
    assert told["attachments"] == []


def acknowledge(house, alarm="heat", note=NOTE, by="Ana Berg"):
    ports = house.ports
    return acknowledge_alarm(
        alarm, note=note, by=by, alarms=ports.alarms, audit=ports.audit, clock=ports.clock
    )


def test_an_alarm_is_acknowledged_by_name_and_rings_on(house):
    house.after(1, 20.0)
    made = acknowledge(house, by="  Ana   Berg ")
    assert (made.by, made.note, made.since) == ("Ana Berg", NOTE, MIDDAY + MINUTE)
    assert house.ports.alarms.acknowledgements("heat") == [made]
    (event,) = (
        one
        for one in house.ports.audit.events(subject="heat")
        if one.kind is AuditEventKind.ALARM_ACKNOWLEDGED
    )
    assert event.details == {"since": made.since.isoformat()}
    assert house.after(1, 20.0).standings[0].state is ALARM


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"by": "ana\u200b"}, "nobody is named"),
        ({"by": " "}, "nobody is named"),
        ({"note": "seen"}, "the note has 4 characters"),
        ({"note": "x" * 1001}, "the note has 1001 characters"),
    ],
)
def test_a_refused_acknowledgement_is_not_kept_and_is_an_audit_event(house, given, told):
    house.after(1, 20.0)
    with pytest.raises(AcknowledgementRefused, match=told):
        acknowledge(house, **given)
    assert house.ports.alarms.acknowledgements() == []
    event = house.ports.audit.events(limit=1)[0]
    assert event.kind is AuditEventKind.ALARM_NOT_ACKNOWLEDGED
    assert event.details == {"because": "AcknowledgementRefused"}


def test_only_an_alarm_that_there_is_and_that_rings_is_acknowledged(house):
    house.after(1, 1.0)
    with pytest.raises(AcknowledgementRefused, match="it is OK, so there is nothing"):
        acknowledge(house)
    with pytest.raises(UnknownAlarm, match="no alarm 'cold'"):
        acknowledge(house, alarm="cold")


def test_a_trial_tells_of_each_channel_whether_it_took_the_message(house, monkeypatch):
    with webhook() as well, webhook(refusals=1) as failing:
        monkeypatch.setenv(
            "STAYLINE_ALARM_CHANNELS",
            f"a=json://127.0.0.1:{well.port} b=json://127.0.0.1:{failing.port} nonsense",
        )
        tried = try_alarm_channels(notifier=house.ports.notifier)
    assert tried.channels == {
        "log": None, "a": None, "b": "it did not answer, or refused the message",
    }  # fmt: skip
    assert len(tried.problems) == 1
    assert not tried.is_well
    assert well.messages[0]["title"] == "TEST: Stayline alarms"
    assert house.ports.alarms.history() == []
