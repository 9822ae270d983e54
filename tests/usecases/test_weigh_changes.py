"""What a company could change, as the model sees it: refused, allowed, audited, never kept."""

import pytest

from led_people import CAI, token_of
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import HasOptedOut, ScoringStopped, UnknownEmployee
from stayline.usecases.stop_scoring import stop_scoring
from stayline.usecases.weigh_changes import WeighedChanges, weigh_changes


def weigh(ports: Ports, token: EmployeeToken | None = None) -> WeighedChanges:
    return weigh_changes(
        token or token_of(ports, CAI),
        actor="ana",
        endpoint=ports.endpoint,
        features=ports.features,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        clock=ports.clock,
    )


def test_each_step_is_what_the_model_says_of_that_one_change(ports: Ports) -> None:
    token, variant = token_of(ports, CAI), ports.endpoint.variant()
    record = ports.features.get(token)
    assert record is not None
    found = weigh(ports)
    values = {name: record.values.get(name) for name in variant.inputs}
    assert len(found.steps) > 4
    for one in found.steps:
        row = values | {one.step.column: one.step.instead}
        (said,) = variant.predict([row], [record.event_time])
        assert one.risk == pytest.approx(said.risk, abs=1e-9)
        assert one.change == pytest.approx(said.risk - found.risk, abs=1e-9)
        assert one.step.value == values[one.step.column]
    of_role = [one for one in found.steps if one.step.column == "JobRole"]
    assert len(of_role) <= 3


def test_it_is_audited_and_neither_kept_nor_captured(ports: Ports) -> None:
    token = token_of(ports, CAI)
    found = weigh(ports)
    events = list(ports.audit.between(subject=token))
    assert [event.kind for event in events] == [AuditEventKind.CHANGES_WEIGHED]
    assert events[0].details["model_version"] == found.model.version
    assert ports.scores.find(token) is None
    now = ports.clock.now()
    assert list(ports.capture.read(now.replace(year=2020), now.replace(year=2100))) == []


def test_nothing_is_weighed_of_whom_nothing_may_be_scored(ports: Ports) -> None:
    token = token_of(ports, CAI)
    with pytest.raises(UnknownEmployee):
        weigh(ports, EmployeeToken("0" * 32))
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    with pytest.raises(HasOptedOut):
        weigh(ports)
    stop_scoring(
        reason="It scores people of the wrong site.",
        by="ana",
        control=ports.control,
        clock=ports.clock,
    )
    with pytest.raises(ScoringStopped):
        weigh(ports)
    assert list(ports.audit.between(kinds={AuditEventKind.CHANGES_WEIGHED})) == []
