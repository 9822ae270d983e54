"""What is told of an alarm: its name, state, figure, since when and what to do; nobody's data."""

from dataclasses import dataclass

from stayline.domain.alarm_history import Transition
from stayline.domain.alarms import AlarmRule, AlarmState

RUNBOOK = "docs/runbook.md"
LOG = "log"
"""The channel that is always there."""


@dataclass(frozen=True, slots=True)
class AlarmMessage:
    """One message; a receiver that gets ``message_id`` twice may drop the second."""

    message_id: str
    title: str
    body: str
    is_alarm: bool


_BEGINNINGS = {
    AlarmState.ALARM: "",
    AlarmState.OK: "This is not so, or no longer: ",
    AlarmState.INSUFFICIENT_DATA: "It is not known whether this is so: ",
}


def message_of(transition: Transition, rule: AlarmRule | None) -> AlarmMessage:
    """Return what is told of a transition; without a rule, that it is no longer there."""
    means = _BEGINNINGS[transition.state] + rule.means if rule else "Its rule is no longer there."
    where = f"{RUNBOOK}#{rule.anchor}" if rule else RUNBOOK
    lines = (
        means,
        f"State: {transition.state.value} (before: {transition.former.value})",
        f"Since: {transition.at:%Y-%m-%d %H:%M:%S} UTC",
        f"Figure: {transition.reason}",
        f"What to do: {where}",
        f"Id: {transition.transition_id}",
    )
    title = f"{transition.state.value}: {transition.alarm}"
    is_alarm = transition.state is AlarmState.ALARM
    return AlarmMessage(transition.transition_id, title, "\n".join(lines), is_alarm)


def trial_message(message_id: str) -> AlarmMessage:
    """Return a message that says it is only a test."""
    body = f"Nothing is wrong: somebody tries out this channel.\nId: {message_id}"
    return AlarmMessage(message_id, "TEST: Stayline alarms", body, is_alarm=False)
