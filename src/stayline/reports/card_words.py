"""What a model card says in words: what the model is for, what not, and where it ends."""

from collections.abc import Iterator, Mapping

from stayline.domain.model_package import ApprovalStatus
from stayline.domain.treated_people import TreatedPolicy
from stayline.domain.workforce_schema import LeavingWithin, WorkforceSchema
from stayline.formats.model_card import CardRecord
from stayline.modelling.evaluation import counts_in_words

FEW_WHO_LEFT = 200
"""Fewer people who left than this make every interval wide."""
STATUSES = {
    ApprovalStatus.PENDING.value: "waits for approval",
    ApprovalStatus.APPROVED.value: "approved",
    ApprovalStatus.REJECTED.value: "rejected",
}
_DONE = {
    TreatedPolicy.KEEP: "kept, so the risk is the one under what is being done",
    TreatedPolicy.EXCLUDE: "left out",
    TreatedPolicy.REWEIGH: "left out, and untreated people like them weigh more in their place",
}
USE, NO_USE = "For: ", "Not for: "

PURPOSE = (
    "It helps people who care for a team to see where a talk is worth having first, and which "
    "circumstances to ask about. A score is a question to ask, never a verdict."
)
USES = (
    f"{USE}choosing whom to talk to about work, load, growth or pay, and what to ask.",
    f"{USE}planning how many such talks there is time for.",
    f"{NO_USE}a decision on its own. A person decides, and writes down why.",
    f"{NO_USE}dismissal, pay, promotion, appraisal, or who gets which work.",
    f"{NO_USE}people who opted out, or people unlike those it learned from.",
)
RISK = (
    "It profiles people at work, which the EU's AI Act lists as high risk (Annex III, point 4). "
    "A score that is believed too easily can harm the person it is about."
)
PROBLEM = "Which employees might leave of their own will, and what about their work goes with it?"
STAKEHOLDERS = (
    "the employees who are scored; those who lead and advise them; works councils and whoever else "
    "speaks for employees; whoever approves the model."
)
ETHICS = (
    "Protected attributes are kept apart: the audit sees them, the model does not, unless a "
    "written reason lets one in.",
    "Differences between groups are shown with their intervals; too little evidence is said to be "
    "too little, never taken as good news.",
    "Anyone can opt out; their rows are in no training and no score.",
)


def meaning(schema: WorkforceSchema) -> str:
    """Return what "left" means in this data."""
    outcome = schema.outcome
    if isinstance(outcome, LeavingWithin):
        reasons = ", ".join(outcome.voluntary)
        return (
            f"Left means: last day within {outcome.horizon_months} months after the snapshot, for "
            f"one of the reasons {reasons}."
        )
    positive = " or ".join(outcome.positive)
    return f"Left means: the column {outcome.column} says {positive}."


def learned_from(record: CardRecord) -> str:
    """Return how many rows it learned from, and whose they are."""
    return counts_in_words(record.rows, record.positives, record.people, record.people_who_left)


def treated(training: Mapping[str, str | int | float]) -> str:
    """Return how many it learned from got a retention action, and what was done about them.

    Empty where nobody did, or where a package is from before that was known.
    """
    if not training.get("treated_rows"):
        return ""
    return (
        f"{training['treated_rows']:,} rows of {training['treated_people']:,} people were followed "
        f"by a retention action, {training['treated_left']:,} of them by a leaving all the same; "
        f"they were {_DONE[TreatedPolicy(str(training['treated']))]}"
    )


def limits(schema: WorkforceSchema, record: CardRecord) -> Iterator[str]:
    """Yield what the figures cannot say."""
    yield (
        "It learned from one company's past. Elsewhere, or after great changes, its figures need "
        "not hold."
    )
    if (record.people_who_left or record.positives) < FEW_WHO_LEFT:
        yield (
            f"Only {_few(record)}, so every figure is uncertain: read the interval, not the number."
        )
    if not isinstance(schema.outcome, LeavingWithin):
        yield (
            "The data is a cross-section: it says who left, not when. Some columns may tell what "
            "came after the decision to leave."
        )
    else:
        yield (
            f"It looks {schema.outcome.horizon_months} months ahead; about leaving later than that "
            "it says nothing."
        )
    if len(record.evaluations) < 2:
        yield "It was not measured on later time, since there is none: how it ages is unknown."
    if departures := schema.gates.departures():
        yield f"Its gates were judged by other limits than the usual ones: {'; '.join(departures)}."
    yield (
        "Its reasons are what goes with leaving in the data, not what makes people leave; changing "
        "them need not change anything."
    )
    yield "Even at a risk of 40%, six people of ten stay."


def _few(record: CardRecord) -> str:
    if record.people in (0, record.rows):
        return f"{record.positives:,} of its rows are of people who left"
    return f"{record.people_who_left:,} of the {record.people:,} people it learned from left"
