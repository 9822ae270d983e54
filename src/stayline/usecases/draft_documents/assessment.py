"""The impact assessment: GDPR 35(7)(a) to (d), and whom to ask by 35(2) and (9)."""

from collections.abc import Iterator

from stayline.domain.compliance.drafts import Item, Section
from stayline.domain.decisions import ActionKind
from stayline.domain.workforce_schema import Role
from stayline.usecases.draft_documents.facts import Facts, listed
from stayline.usecases.draft_documents.record import measures, time_limits

_RISKS = (
    (
        "Somebody is treated worse because of a score.",
        "Actions are an allow-list of help; each needs a person who saw score and reasons and "
        "gives a reason; harmful events after a view are listed for review.",
    ),
    (
        "A score is wrong, or wrong for a group.",
        "Quality, calibration and fairness by group are gates before a model answers, and watched "
        "afterwards; reasons are shown with each score.",
    ),
    (
        "A group is selected more often than another.",
        "Impact ratios with intervals by sex, race and age are computed each quarter; proxies are "
        "tested.",
    ),
    (
        "Scores are seen by somebody who has no need.",
        "A manager sees the own line only; each view is recorded; access ends with the line.",
    ),
    (
        "People cannot object, or do not know.",
        "Opt-outs hold at once for every way to a score; notices and requests have registers with "
        "deadlines.",
    ),
    (
        "Data stay longer than needed, or are used for something else.",
        "Limits by record class are enforced by a purge with a ledger and a scan.",
    ),
)


def assessment_sections(facts: Facts) -> tuple[Section, ...]:
    """Return the four letters, and the consultation."""
    return (
        Section("35(7)(a)", "What is done, and what for", tuple(_description(facts))),
        Section("35(7)(b)", "Necessity and proportionality", tuple(_necessity(facts))),
        Section("35(7)(c)", "Risks to people", tuple(_risks())),
        Section("35(7)(d)", "Measures", (*measures(facts), *time_limits(facts))),
        Section(
            "35(2), 35(9)",
            "Who was asked",
            (
                Item("The data protection officer's advice.", is_open=True),
                Item("The views of the people concerned or their representatives.", is_open=True),
            ),
        ),
    )


def _description(facts: Facts) -> Iterator[Item]:
    yield Item(f"Purpose: {facts.organisation.purpose}.")
    yield Item(
        "A model estimates how likely somebody is to leave of their own accord. The score is "
        "profiling (GDPR 4(4)); it is shown with its reasons to people who may offer help, and "
        "decides nothing by itself."
    )
    if facts.model is None:
        yield Item("No model is deployed, so none can be described.", is_open=True)
    else:
        model = facts.model
        yield Item(
            f"Model: version {model.package.version}, {model.package.digest}, "
            f"{model.shape.family}, judged by {model.gates} gates."
        )
        yield Item(f"Inputs: {listed(model.shape.inputs)}")
        medium, high = model.bands
        yield Item(f"Bands: medium from a risk of {medium:.3f}, high from {high:.3f}.")
    yield Item(f"Allowed actions: {listed(kind.value.replace('_', ' ') for kind in ActionKind)}.")
    yield Item(
        "Monitoring: drift, quality, groups and reasons are watched window by window; the controls "
        "of the compliance check are run each quarter."
    )


def _necessity(facts: Facts) -> Iterator[Item]:
    if facts.bases:
        for basis in facts.bases:
            yield Item(f"Lawful basis in {basis.subject}: {listed(basis.bases)}.")
    else:
        yield Item("The lawful basis by jurisdiction; none is on record.", is_open=True)
    stated = {one.subject for one in facts.purposes}
    stored = () if facts.schema is None else facts.schema.stored_columns
    unstated = [column.name for column in stored if column.name not in stated]
    for one in facts.purposes:
        yield Item(f"{one.subject}: {one.purpose} ({one.basis}; {one.owner}).")
    if unstated:
        yield Item(f"Why these features are needed: {listed(unstated)}", is_open=True)
    justified = () if facts.schema is None else facts.schema.justified
    for column in justified:
        yield Item(f"{column.name}, a protected attribute, is an input because: "
                   f"{column.justification}")  # fmt: skip
    protected = facts.columns(Role.PROTECTED)
    yield Item(f"Protected attributes are kept to audit fairness only: {listed(protected)}")
    yield Item("Why no milder means would do.", is_open=True)


def _risks() -> Iterator[Item]:
    for risk, answer in _RISKS:
        yield Item(f"{risk} {answer}")
    yield Item("How likely and how grave each risk is here, and what remains of it.", is_open=True)
