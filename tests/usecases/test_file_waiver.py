from datetime import timedelta

import pytest

from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.waivers import Waiver, active_waivers
from stayline.errors import WaiverRefused
from stayline.usecases.file_waiver import file_waiver

REASON = "The group is small; we look at its people one by one instead."


def filed(ports: Ports, **given: object) -> Waiver:
    words = {"gate": "fairness", "subject": "Gender = Female", "reason": REASON, "by": "bo"}
    until = ports.clock.now().date() + timedelta(days=30)
    where = {"waivers": ports.waivers, "audit": ports.audit, "clock": ports.clock}
    return file_waiver(**words | {"until": until} | given, **where)


def test_a_filed_waiver_is_kept_and_is_an_audit_event_without_its_words(ports):
    waiver = filed(ports)
    assert ports.waivers.waivers() == [waiver]
    (event,) = ports.audit.events(subject=waiver.waiver_id)
    assert (event.kind, event.actor) == (AuditEventKind.WAIVER_FILED, "bo")
    assert event.details == {
        "gate": "fairness",
        "subject": "Gender = Female",
        "until": waiver.expires_on.isoformat(),
    }


def test_a_filed_waiver_serves_runs_of_other_people_only(ports):
    waiver, today = filed(ports), ports.clock.now().date()
    assert active_waivers(ports.waivers.waivers(), trained_by="ana", on=today) == (waiver,)
    assert active_waivers(ports.waivers.waivers(), trained_by="BO", on=today) == ()


@pytest.mark.parametrize("gate", ["fairness", "enough positives", "four fifths"])
def test_a_waiver_that_names_no_group_is_refused_with_an_example(ports, gate):
    with pytest.raises(WaiverRefused, match=r"none is named.*--subject 'Gender = Female'"):
        filed(ports, gate=gate, subject="  ")
    assert ports.waivers.waivers() == []


def test_a_gate_with_one_result_only_is_waived_without_a_subject(ports):
    assert filed(ports, gate="leaks", subject="").subject == ""


@pytest.mark.parametrize("given", [{"gate": "fairnes"}, {"reason": "short"}, {"by": " "}])
def test_a_refused_waiver_is_not_kept_and_the_refusal_is_an_audit_event(ports, given):
    with pytest.raises(WaiverRefused):
        filed(ports, **given)
    assert ports.waivers.waivers() == []
    event = ports.audit.events(limit=1)[0]
    assert event.kind is AuditEventKind.WAIVER_REFUSED
    assert event.details == {"because": "WaiverRefused"}


def test_an_unknown_gate_is_answered_with_those_there_are(ports):
    with pytest.raises(WaiverRefused, match=r"there is no gate 'fairnes'.*enough positives"):
        filed(ports, gate="fairnes")
