"""A home where every text that somebody imported, typed or wrote attacks the page that shows it."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from busy_watch import fill_watch, run_pipeline
from deployed_home import PASSED, deploy_again, settle
from hostile_people import ATTACKS, SCORED, SEX, TEXT, hr_id, import_people, score_people
from model_versions import gated
from privacy_home import keep_report
from rollout_values import rollout
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.deployment import Phase
from stayline.domain.gates import Gate, GateResult, Verdict
from stayline.domain.opt_out import Channel
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.register.rights import RightsRequest
from stayline.domain.waivers import Waiver
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.formats.report_json import encode
from stayline.ports.governance_register import Entry, Record
from stayline.settings import Settings
from stayline.usecases.reject_model import reject_model
from stayline.usecases.stop_scoring import stop_scoring

ENTRY = "entry <b data-stolen>"
"""An entry on the register that is open; ``ENTRY`` with a full stop is one that has ended."""
_DAY = timedelta(days=1)


def make_hostile_home(home: Path) -> None:
    """Import, train, score, watch, decide and put on record; scoring goes on."""
    ports = build(Settings(home=home))
    import_people(ports, home)
    score_people(ports)
    fill_watch(ports, windows=3, alarms=2, minutes=60, version=1, text=TEXT)
    run_pipeline(ports, lines=5, text=TEXT)
    (home / "alarms.toml").write_text(
        f"[latency-high]\noff = {msgspec.json.encode(TEXT).decode()}\n"
    )
    _decide(ports)
    _judge_models(ports)
    _put_on_record(ports)
    settle(ports)


def stop(ports: Ports) -> None:
    """Stop scoring, for such a reason."""
    stop_scoring(reason=" ".join(ATTACKS), by=TEXT, control=ports.control, clock=ports.clock)


def _decide(ports: Ports) -> None:
    for number in SCORED:
        token = pseudonym(ports.secrets.token_key(), hr_id(number))
        ports.decisions.add(
            Decision(
                f"decision-{number}", token, ActionKind.WORKLOAD_REVIEW, TEXT, TEXT,
                ports.clock.now(), seen_band="high",
            )
        )  # fmt: skip


def _judge_models(ports: Ports) -> None:
    """Deploy a second version, let a third be rejected, and a fourth and a fifth wait."""
    now = ports.clock.now()
    deploy_again(ports)
    waiver = Waiver("w-1", Gate.FAIRNESS, TEXT, TEXT, TEXT, now, now.date() + 9 * _DAY)
    ports.waivers.file(waiver)
    results = (
        GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, TEXT, TEXT, waiver=waiver),
        GateResult(Gate.QUALITY_FLOOR, Verdict.FAIL, TEXT, TEXT),
    )
    group = {
        "facet": SEX, "group": TEXT, "n": 120, "positives": 20, "flagged": 9,
        "recall": {"value": 0.3, "low": 0.2, "high": 0.4},
        "differences": {"recall": {"value": -0.1, "low": -0.2, "high": 0.0}},
    }  # fmt: skip
    reports = {
        "fairness.json": msgspec.json.encode({"n": 240, "positives": 40, "groups": [group]}),
        "explainability_analysis.json": encode(explanation_analysis({TEXT: 0.2}, 0.1)),
    }
    refused = gated(ports, *results, reports=reports)
    reject_model(
        refused.version, reason=TEXT, by="cy",
        registry=ports.registry, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    gated(ports, PASSED)
    waits = gated(ports, *results, reports=reports)
    ports.deployments.note(
        rollout(
            rollout_id="r-9", version=waits.version, digest=waits.digest, started_by=TEXT,
            started_at=now, renewed_at=now, phase=Phase.REFUSED, ended_at=now, outcome=TEXT,
        )
    )  # fmt: skip


def _put_on_record(ports: Ports) -> None:
    """Put down two entries of each kind there is, an open and an ended one, and much else."""
    now = ports.clock.now()
    for kind in get_args(Record):
        entries = [
            Entry(f"{ENTRY}{'.' * is_over}", _record(kind, now, is_over=is_over), now, TEXT)
            for is_over in (False, True)
        ]
        ports.register.add(entries)
    token = pseudonym(ports.secrets.token_key(), hr_id(1))
    ports.opt_outs.opt_out(token, at=now, channel=Channel.PAPER, reason=TEXT)
    keep_report(ports, reason=TEXT)
    ports.audit.append(
        AuditEvent(AuditEventKind.LEGAL_HOLD_SET, TEXT, TEXT, now, {"what": TEXT, TEXT: TEXT})
    )


def _record(kind: type[Record], now: datetime, *, is_over: bool) -> Record:
    """Return a record of whose every text is an attack; only one that is over has what may lack."""
    hints = get_type_hints(kind)
    values = {one.name: _value(hints[one.name], now, is_over=is_over) for one in fields(kind)}
    if kind is RightsRequest and not is_over:
        values["jurisdiction"] = "EU"  # whose law lets it take longer
    return kind(**values)


def _value(hint: Any, now: datetime, *, is_over: bool) -> Any:
    if get_origin(hint) is UnionType:
        return _value(get_args(hint)[0], now, is_over=is_over) if is_over else None
    if get_origin(hint) is tuple:
        return (TEXT,)
    if issubclass(hint, StrEnum):
        return next(iter(hint))
    return {str: TEXT, datetime: now, date: now.date(), bool: False, int: 7, float: 7.0}[hint]
