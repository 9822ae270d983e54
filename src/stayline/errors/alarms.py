"""Errors of alarms and of those who take note of them."""

from stayline.errors.root import StaylineError


class UnknownAlarm(StaylineError):
    """No rule makes an alarm of that name."""

    def __init__(self, alarm: str) -> None:
        super().__init__(
            f"There is no alarm {alarm!r}. See what there is with `stayline alarms list`."
        )


class AcknowledgementRefused(StaylineError):
    """An acknowledgement breaks a rule: no person, no note, an alarm that does not ring."""

    def __init__(self, alarm: str, problem: str, remedy: str) -> None:
        super().__init__(f"Alarm {alarm!r} cannot be acknowledged: {problem} {remedy}")
