"""LOG: every answer is on record, the record cannot be changed, and it can be replayed."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.compliance.controls import Control
from stayline.domain.compliance.findings import judged_by, no_evidence
from stayline.domain.compliance.legal_register import OWN
from stayline.domain.compliance.verdicts import Verdict, Window


@dataclass(frozen=True, slots=True)
class LogParameters:
    """``[controls.log]``: ``clock_back_s`` is by how much two processes' clocks may differ.

    ``sample`` is how many answers are asked again, chosen at random by ``seed``.
    """

    clock_back_s: float = 5.0
    largest_difference: float = 1e-6
    sample: int = 200
    seed: int = 20261123


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Answers against captured rows since ``since``, by prediction id.

    Ids are of the first some hundred that do not match; the numbers count all. ``incomplete`` are
    answers without time, caller, known model version, band or path. Of ``sampling_percent`` of the
    answers a row is kept. Erased people are left out: their rows are gone, as they should be.
    """

    since: datetime
    sampling_percent: int = 100
    answered: int = 0
    captured: int = 0
    answered_only: int = 0
    captured_only: int = 0
    incomplete: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The time went back at an event, the ``position``-th of the window, by so many seconds."""

    position: int
    at: datetime
    back_s: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """A captured answer asked again of the archived model; ``problem`` where that cannot be."""

    prediction_id: str
    model_version: int
    risk: float
    again: float | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """The log as it is; ``problems`` are broken links of the chain, in words."""

    answers: Reconciled
    events: int = 0
    problems: tuple[str, ...] = ()
    clock_steps: tuple[ClockStep, ...] = ()
    seed: int = 0
    replays: tuple[Replayed, ...] = ()


def every_answer_is_on_record(
    evidence: LogEvidence, window: Window, parameters: LogParameters
) -> Verdict:
    """LOG-01: answers and captured rows are the same, and say what they must."""
    found = evidence.answers
    counts = {
        "answered": found.answered,
        "captured": found.captured,
        "answered_only": found.answered_only,
        "captured_only": found.captured_only,
        "incomplete": found.incomplete,
    }
    if not found.answered and not found.captured:
        return no_evidence("No answer is on record.", counts)
    is_sampled = found.sampling_percent < 100
    missing = 0 if is_sampled else found.answered_only
    if missing + found.captured_only + found.incomplete:
        return judged_by(
            found.ids or ("without an id",),
            looked_at=found.answered,
            right="",
            wrong="Answers and captured rows differ, or do not say what they must.",
            nothing="",
            counts=counts,
        )
    return judged_by(
        (),
        looked_at=found.answered,
        right="Every answer is on record and says what it must, and every row was answered.",
        wrong="",
        nothing="",
        counts=counts,
        warnings=[f"Rows are kept of {found.sampling_percent} % of the answers."] * is_sampled,
    )


def the_chain_is_whole(evidence: LogEvidence, window: Window, parameters: LogParameters) -> Verdict:
    """LOG-02: the chain verifies, nothing is missing, and the clock did not go back."""
    back = [one for one in evidence.clock_steps if one.back_s > parameters.clock_back_s]
    return judged_by(
        [*evidence.problems, *(f"event {one.position}: {one.back_s:g} s back" for one in back)],
        looked_at=evidence.events,
        right="The chain is whole and its clock never went back.",
        wrong="The chain is broken, or the clock went back.",
        nothing="The audit log is empty.",
        counts={
            "problems": len(evidence.problems),
            "clock_went_back": len(back),
            "largest_step_back_s": max((one.back_s for one in back), default=0.0),
        },
    )


def answers_can_be_replayed(
    evidence: LogEvidence, window: Window, parameters: LogParameters
) -> Verdict:
    """LOG-03: a sample asked again of the archived models says what it said."""
    lost = [one for one in evidence.replays if one.again is None]
    gaps = {
        one.prediction_id: abs(one.again - one.risk)
        for one in evidence.replays
        if one.again is not None
    }
    # the comparison is turned round, so that a difference of NaN is none that may be
    other = [name for name, gap in gaps.items() if not gap < parameters.largest_difference]
    return judged_by(
        [*(one.prediction_id for one in lost), *other],
        looked_at=len(evidence.replays),
        right="Every sampled answer comes out the same from the archived model.",
        wrong="Sampled answers come out otherwise, or cannot be replayed.",
        nothing="No captured answer is left to replay.",
        counts={
            "seed": evidence.seed,
            "differ": len(other),
            "cannot_be_replayed": len(lost),
            "largest_difference": max(gaps.values(), default=0.0),
        },
    )


CONTROLS: tuple[Control[LogEvidence, LogParameters], ...] = (
    Control(
        "LOG-01",
        "Every answer has its captured row, and each says what it must.",
        (OWN, "aia-12"),
        True,
        ("answers",),
        (),
        every_answer_is_on_record,
    ),
    Control(
        "LOG-02",
        "The audit chain is whole, and its clock never went back.",
        ("gdpr-5", "gdpr-32"),
        False,
        ("events", "problems", "clock_steps"),
        ("clock_back_s",),
        the_chain_is_whole,
    ),
    Control(
        "LOG-03",
        "A sample of answers comes out the same from the archived model.",
        (OWN, "aia-12", "aia-13"),
        True,
        ("seed", "replays"),
        ("largest_difference", "sample", "seed"),
        answers_can_be_replayed,
    ),
)
