"""A deployed home with the records of a quarter in which all is well, kept by the real ports."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from command_runs import here
from healthy_areas import purge_run
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.capture import CaptureRecord
from stayline.domain.compliance.verdicts import Status, Window
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.job_runs import RunOutcome
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.oversight import HrEvent, OverseerTraining
from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.jobs.compliance import check_window
from stayline.ports.governance_register import Entry
from stayline.settings import Settings
from stores import SetClock

MANAGER = "subject-ana"
DAY = timedelta(days=1)


@dataclass
class AnswerableHome:
    """The home, what happened when in it, and ways to put more on record."""

    home: Path
    ports: Ports
    now: datetime
    newest: datetime
    """When the newest event of the audit log happened; its clock never goes back by itself."""

    @property
    def later(self) -> datetime:
        """When it is checked: an hour after everything."""
        return self.now + timedelta(hours=1)

    def token(self, hr_id: str) -> EmployeeToken:
        return pseudonym(self.ports.secrets.token_key(), hr_id)

    def happened(
        self,
        kind: AuditEventKind,
        subject: str,
        *,
        at: datetime | None = None,
        actor: str = MANAGER,
        **details: Any,
    ) -> None:
        at = at or self.newest
        self.newest = max(self.newest, at)
        self.ports.audit.append(AuditEvent(kind, actor, subject, at, details))

    def put_on_file(self, entry_id: str, record: Any) -> None:
        self.ports.register.add([Entry(entry_id, record, self.now, "privacy-officer")])

    def decided(self, number: int, **values: Any) -> None:
        """Let a trained manager see a score and decide on it half a minute later."""
        decision = Decision(
            decision_id=f"decision-{number}", token=self.token(str(number)),
            action=ActionKind.STAY_CONVERSATION, decided_by=MANAGER,
            reason=f"Told me in talk {number} that the new shifts are hard on the family.",
            decided_at=self.now + timedelta(minutes=number, seconds=30),
        )  # fmt: skip
        decision = replace(decision, **values)
        seen_at = decision.decided_at - timedelta(seconds=30)
        self.happened(
            AuditEventKind.EMPLOYEE_VIEWED, decision.token, at=seen_at, actor=decision.decided_by,
            shown_score=True, shown_reasons=True, band="low",
        )  # fmt: skip
        self.ports.decisions.add(decision)

    def captured(self) -> CaptureRecord:
        """Return an answer that was really given."""
        (record,) = self.ports.capture.newest(1)
        return record

    def statuses(self) -> dict[str, Status]:
        """Check the last 91 days as the command does, and return how each control came out."""
        settings = Settings(home=self.home)
        ports = build(settings, clock=SetClock(self.later))
        window = Window(self.later - 91 * DAY, self.later)
        report = check_window(window, ports=ports, settings=settings, by="auditor")
        return {one.question.control_id: one.verdict.status for one in report.judged}


def make_answerable(home: Path) -> AnswerableHome:
    """Score some people of a deployed home, and put on record what should be."""
    for hr_id in ("1", "2", "4"):
        assert here("score", "--employee", hr_id, "--home", home).code == 0
    ports = build(Settings(home=home))
    made = AnswerableHome(home, ports, now := ports.clock.now(), now)
    for job in ("purge", "watch"):
        ports.jobs.enrol([job], at=made.now)
        run = ports.jobs.begin(job, made.now, by="schedule", at=made.now)
        ports.jobs.end(run, RunOutcome.SUCCEEDED, "done", at=made.now)
    for run_id, record_class in (("1", "raw_inputs"), ("2", "events"), ("scan-1", "raw_inputs")):
        run = purge_run(made.later, run_id=run_id, record_class=record_class, deleted=0)
        made.put_on_file(f"purge-{run_id}", run)
    made.put_on_file(
        "training-1",
        OverseerTraining(MANAGER, "scores", "decide", made.now - DAY, made.now + 300 * DAY),
    )
    made.put_on_file("hr-1", HrEvent(made.token("5"), "transfer", made.now))
    day = (made.now - 20 * DAY).date()
    made.put_on_file(
        "request-1",
        RightsRequest(made.token("7"), RequestKind.ACCESS, "EU", day, day + 30 * DAY, day),
    )
    for number in (1, 2, 4):
        made.decided(number)
    return made
