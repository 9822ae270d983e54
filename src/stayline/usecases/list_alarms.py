"""List every alarm with where it stands for people: open, noted, or over."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from stayline.domain.alarm_history import Acknowledgement, Standing
from stayline.domain.alarms import AlarmRule, AlarmState
from stayline.domain.light_values import light_value
from stayline.errors import UnknownAlarm
from stayline.ports.alarm_book import AlarmBook


class Stage(StrEnum):
    """Where an alarm stands for people: whether it rings, and whether somebody has taken note."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@light_value
class ListedAlarm:
    """One alarm: how it stands, its rule (None: there is none any more) and who has taken note.

    ``notes`` are those on what rings now, oldest first.
    """

    standing: Standing
    rule: AlarmRule | None
    notes: tuple[Acknowledgement, ...] = ()

    @property
    def stage(self) -> Stage:
        """Where it stands for people."""
        if self.standing.state is AlarmState.ALARM:
            return Stage.ACKNOWLEDGED if self.notes else Stage.OPEN
        return Stage.CLOSED if self.standing.state is AlarmState.OK else Stage.UNKNOWN


def list_alarms(
    rules: Sequence[AlarmRule], *, alarms: AlarmBook, alarm: str | None = None
) -> list[ListedAlarm]:
    """Return the alarms, open ones first, then noted, closed and unknown, newest change first.

    With a name that one alone; raises `UnknownAlarm` where no such alarm stands.
    """
    named = {rule.name: rule for rule in rules}
    standings = alarms.standings()
    if alarm is not None:
        if alarm not in standings:
            raise UnknownAlarm(alarm)
        standings = {alarm: standings[alarm]}
    notes = _notes(alarms.acknowledgements(alarm))
    found = [
        ListedAlarm(one, named.get(one.rule), tuple(notes.get((one.alarm, one.since), ())))
        for one in standings.values()
    ]
    stages = list(Stage)
    newest_first = sorted(found, key=lambda one: one.standing.since, reverse=True)
    return sorted(newest_first, key=lambda one: stages.index(one.stage))


def _notes(
    made: Sequence[Acknowledgement],
) -> Mapping[tuple[str, object], list[Acknowledgement]]:
    found: dict[tuple[str, object], list[Acknowledgement]] = {}
    for one in made:
        found.setdefault((one.alarm, one.since), []).append(one)
    return found
