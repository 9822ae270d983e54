"""A person takes note of an alarm that rings, in their own words."""

from stayline.domain.alarm_history import Acknowledgement, acknowledged
from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.errors import AcknowledgementRefused, UnknownAlarm
from stayline.ports.alarm_book import AlarmBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock


def acknowledge_alarm(
    alarm: str, *, note: str, by: str, alarms: AlarmBook, audit: AuditLog, clock: Clock
) -> Acknowledgement:
    """Return the kept acknowledgement; the alarm rings on until its figures have cleared.

    Several people may take note of one alarm; a note that somebody sends twice is kept once. Raises
    `UnknownAlarm`, and `AcknowledgementRefused`, which is recorded, too.
    """
    now = clock.now()
    standing = alarms.standings().get(alarm)
    if standing is None:
        raise UnknownAlarm(alarm)
    try:
        made = acknowledged(standing, by=by, note=note, at=now)
    except AcknowledgementRefused as refusal:
        kind = AuditEventKind.ALARM_NOT_ACKNOWLEDGED
        audit.append(refused(kind, refusal, actor=by, subject=alarm, at=now))
        raise
    for kept in alarms.acknowledgements(alarm):
        if (kept.since, kept.by, kept.note) == (made.since, made.by, made.note):
            return kept
    alarms.acknowledge(made)
    details = {"since": made.since.isoformat()}
    audit.append(AuditEvent(AuditEventKind.ALARM_ACKNOWLEDGED, made.by, alarm, now, details))
    return made
