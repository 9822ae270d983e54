"""Run controls: first whether their law binds, then what the records say."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stayline.domain.compliance.controls import Control, Evidence, Parameters, Question
from stayline.domain.compliance.findings import not_applicable
from stayline.domain.compliance.legal_sources import LegalRegister
from stayline.domain.compliance.verdicts import Status, Verdict, Window


@dataclass(frozen=True, slots=True)
class Judged:
    """One control and how it came out."""

    question: Question
    verdict: Verdict

    @property
    def fails_the_check(self) -> bool:
        """Whether it is one that must not fail, and did."""
        return self.question.is_core and self.verdict.status is Status.FAIL


def judge(
    controls: Iterable[Control[Evidence, Parameters]],
    evidence: Evidence,
    window: Window,
    parameters: Parameters,
    law: LegalRegister,
) -> tuple[Judged, ...]:
    """Return each control of an area with its verdict.

    One of which no source binds at the window's end is not applicable, and says from when. Every
    verdict carries the parameters it went by, and what must be known of its sources.
    """
    return tuple(_judged(control, evidence, window, parameters, law) for control in controls)


def _judged(
    control: Control[Evidence, Parameters],
    evidence: Evidence,
    window: Window,
    parameters: Parameters,
    law: LegalRegister,
) -> Judged:
    day = window.until.date()
    why_not = law.not_in_force(control.sources, day)
    verdict = not_applicable(why_not) if why_not else control.check(evidence, window, parameters)
    told = replace(
        verdict,
        parameters={name: getattr(parameters, name) for name in control.uses}
        | dict(verdict.parameters),
        warnings=(*verdict.warnings, *law.warnings(control.sources, day)),
    )
    return Judged(control, told)
