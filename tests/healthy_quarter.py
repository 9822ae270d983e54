"""A quarter in which every control passes, to change one thing of and see what that flips.

All times are relative to ``until``, so that the same quarter can end on any day: before a law
applies, or after. The default is a day on which all of them do.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import healthy_people
from healthy_areas import (
    LENGTH,
    healthy_humans,
    healthy_log,
    healthy_models,
    healthy_opt_out,
    healthy_retention,
)
from stayline.domain.compliance.catalogue import Evidence, Parameters, judge_all
from stayline.domain.compliance.legal_register import REGISTER
from stayline.domain.compliance.legal_sources import LegalPolicy, LegalRegister
from stayline.domain.compliance.verdicts import Status, Verdict, Window

UNTIL = datetime(2028, 4, 1, 4, tzinfo=UTC)


def window_to(until: datetime = UNTIL) -> Window:
    """Return the window that ends then."""
    return Window(until - LENGTH, until)


def law_read_on(day: date) -> LegalRegister:
    """Return the register as if every source had been read again on that day."""
    return REGISTER.under(LegalPolicy(verified_on=dict.fromkeys(REGISTER.sources, day)))


def healthy_quarter(until: datetime = UNTIL) -> Evidence:
    """Return evidence of every area with which all controls pass whose law applies by then."""
    return Evidence(
        retention=healthy_retention(until),
        opt_out=healthy_opt_out(until),
        humans=healthy_humans(until),
        log=healthy_log(until),
        models=healthy_models(until),
        fairness=healthy_people.fairness(until),
        data=healthy_people.data(until),
        transparency=healthy_people.transparency(until),
        security=healthy_people.security(until),
        accountability=healthy_people.accountability(until),
    )


def changed(evidence: Evidence, area: str, **values: Any) -> Evidence:
    """Return the evidence with some fields of one area set to other values."""
    return replace(evidence, **{area: replace(getattr(evidence, area), **values)})


def verdicts(
    evidence: Evidence,
    until: datetime = UNTIL,
    law: LegalRegister | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Verdict]:
    """Return the verdict of every control, by its id."""
    law = law or law_read_on(until.date())
    judged = judge_all(evidence, window_to(until), parameters or Parameters(), law)
    return {one.question.control_id: one.verdict for one in judged}


def flipped(
    evidence: Evidence,
    until: datetime = UNTIL,
    law: LegalRegister | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Status]:
    """Return the controls of the whole catalogue that come out otherwise than when all is well."""
    well = verdicts(healthy_quarter(until), until)
    return {
        control_id: verdict.status
        for control_id, verdict in verdicts(evidence, until, law, parameters).items()
        if verdict.status is not well[control_id].status
    }
