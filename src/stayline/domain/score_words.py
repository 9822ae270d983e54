"""A score, the part the system plays and who sees what, in words for the person concerned."""

from collections.abc import Sequence
from datetime import datetime

from stayline.domain.column_words import column_in_words
from stayline.domain.person_export import Term
from stayline.domain.risk_score import Reason
from stayline.domain.roles import PERMITTED, Operation, Role
from stayline.domain.workforce_schema import LeavingWithin, WorkforceSchema

_HARDLY = 0.0005
_SEES = {
    Operation.VIEW_EMPLOYEE: "see your score, its reasons and the decisions",
    Operation.SCORE_PEOPLE: "ask for your score",
    Operation.DECIDE: "decide on an offer of help, and why",
    Operation.SCORE_EVERYONE: "let everyone be scored",
    Operation.READ_FEATURES: "read your features by your id",
    Operation.IMPORT_DATA: "import data about you",
    Operation.READ_AUDIT_LOG: "read what was done about you, by pseudonym",
    Operation.READ_PROTECTED: "read protected attributes, to look for discrimination",
    Operation.SEE_OPT_OUT: "see your opt-outs and objections",
    Operation.ANSWER_RIGHTS_REQUEST: "answer your requests, and see all of this",
}


def meaning(schema: WorkforceSchema | None) -> tuple[str, ...]:
    """Return what a score is and is not, and which part the system plays in decisions.

    This is what Article 86 of the AI Act and Article 15(1)(h) of the GDPR ask to be told beside the
    reasons of each score.
    """
    within = ""
    if schema is not None and isinstance(schema.outcome, LeavingWithin):
        within = f" within {schema.outcome.horizon_months} months"
    names = (
        [] if schema is None else [column_in_words(column.name) for column in schema.model_inputs]
    )
    inputs = f" They go by these inputs, and by no others: {', '.join(names)}." if names else ""
    return (
        f"A score is an estimate of how likely it is that somebody in a like position leaves the "
        f"organisation of their own accord{within}. It was learned from what became of people in "
        "the past, and it is often wrong about a single person.",
        "It is a question to ask, not a verdict. It says nothing of how well somebody works, of "
        "what somebody intends, or of who somebody is.",
        "A computer makes the score; people make decisions. The only actions that may follow from "
        "it are offers of help, such as a conversation, training or flexible work. Each needs a "
        "named person and a reason in that person's own words. No decision is made automatically.",
        f"The scores are made by decision trees, which add up what each input contributes.{inputs} "
        "For each score it is told below what raised it and what lowered it: all contributions and "
        "the average they start from add up to the score.",
        "You may object to being scored, opt out, have wrong data corrected, ask for erasure, ask "
        "a person to look at a decision again, and complain to a supervisory authority.",
    )


def score_in_words(
    *,
    risk: float,
    band: str | None,
    base_risk: float | None,
    reasons: Sequence[Reason],
    model_version: int,
    scored_at: datetime,
) -> tuple[str, ...]:
    """Return one score and its reasons in sentences, the strongest first.

    Without ``reasons`` it says that they cannot be told any more.
    """
    stands = f", which counts as {band}" if band else ""
    told = [
        f"On {scored_at:%d %B %Y at %H:%M} UTC, version {model_version} of the model put the risk "
        f"of your leaving at {risk:.1%}{stands}."
    ]
    if base_risk is None or not reasons:
        told.append(
            "What it was made of cannot be told: its inputs are no longer kept, or they do not "
            "give the same figure with the model as it is archived."
        )
        return tuple(told)
    told.append(f"It starts from {base_risk:.1%}, the average of the people it was made from.")
    told += [f"{reason.text}." for reason in reasons if abs(reason.contribution) >= _HARDLY]
    hardly = [
        column_in_words(reason.feature) for reason in reasons if abs(reason.contribution) < _HARDLY
    ]
    if hardly:
        told.append(f"These hardly changed it: {', '.join(hardly)}.")
    return tuple(told)


def recipients() -> tuple[Term, ...]:
    """Return who may see or do what about a person, as the table of roles has it."""
    found = []
    for role in Role:
        may = [words for operation, words in _SEES.items() if role in PERMITTED[operation]]
        if may:
            line = " (of the own reporting line only)" if role is Role.MANAGER else ""
            found.append(Term(role.value.replace("_", " ") + line, "; ".join(may)))
    return tuple(found)
