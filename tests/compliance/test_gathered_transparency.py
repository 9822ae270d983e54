"""Who was scored first when, by the audit log and the board together."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from stayline.bootstrap import build
from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import NAMELESS, AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.transparency import FirstScore, TransparencyParameters
from stayline.domain.compliance.verdicts import Window
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity
from stayline.ports.score_board import BoardEntry
from stayline.settings import Settings
from stayline.usecases.check_compliance.transparency import TransparencyPorts, gather_transparency
from stores import SetClock

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, OTHER, LONG_AGO = (EmployeeToken(letter * 32) for letter in "abcd")


def test_a_person_was_first_scored_under_whichever_token_it_was(tmp_path: Path) -> None:
    ports = build(Settings(home=tmp_path), clock=SetClock(NOW))
    ports.directory.link(pl.DataFrame({"alias": [OLD], "token": [NEW], "fingerprint": ["f" * 32]}))
    model = ModelIdentity(1, "d")
    assert ports.scores.put([BoardEntry(NEW, 0.2, Band.LOW, (), model, NOW - 2 * DAY)])
    asked = (
        *((OLD, 40 * DAY), (OLD, 3 * DAY), (OTHER, 5 * DAY), (OTHER, 4 * DAY)),
        *((LONG_AGO, 60 * DAY), (NAMELESS, DAY)),
    )
    kind = AuditEventKind.EMPLOYEE_SCORED
    for subject, ago in sorted(asked, key=lambda one: -one[1]):
        ports.audit.append(AuditEvent(kind, "ana", subject, NOW - ago, {}))
    evidence = gather_transparency(
        Window(NOW - 30 * DAY, NOW),
        TransparencyPorts(ports.scores, ports.register, ports.directory, ports.audit),
        TransparencyParameters(),
    )
    assert evidence.first_scores == (
        FirstScore(NEW, NOW - 40 * DAY),
        FirstScore(OTHER, NOW - 5 * DAY),
    )
