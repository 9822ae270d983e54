"""The record of processing: GDPR 30(1)(a) to (g), letter by letter."""

from collections.abc import Iterator

from stayline.domain.compliance.drafts import Item, Section, told
from stayline.domain.retention import RecordClass, limits_of
from stayline.domain.roles import PERMITTED, Operation
from stayline.domain.workforce_schema import Role
from stayline.usecases.draft_documents.facts import Facts, listed

_SEE_PEOPLE = {
    Operation.VIEW_EMPLOYEE: "see a person's score and reasons (a manager: of the own line only)",
    Operation.SCORE_PEOPLE: "have people scored (a manager: of the own line only)",
    Operation.DECIDE: "record what was decided about a score",
    Operation.READ_FEATURES: "read features by token",
    Operation.READ_PROTECTED: "read protected attributes, for audits",
    Operation.SEE_OPT_OUT: "see who has opted out",
    Operation.ANSWER_RIGHTS_REQUEST: "answer a person's request about their data",
    Operation.READ_AUDIT_LOG: "read the audit log, which holds tokens and no names",
}
MEASURES = (
    "People are known by keyed pseudonyms; names are in one store of their own, apart from all "
    "features and scores.",
    "Protected attributes are in a store of their own, are lent to audits only, and each read is "
    "recorded before it happens.",
    "Who may do what is one table of roles and operations; a refusal is recorded.",
    "The audit log is append-only and hash-chained; its events hold tokens and digests, never "
    "features.",
    "Models are known by digest; a second person approves each before it answers.",
)


def record_sections(facts: Facts) -> tuple[Section, ...]:
    """Return all seven letters."""
    us = facts.organisation
    return (
        Section("30(1)(a)", "Who answers for it", tuple(_controller(facts))),
        Section(
            "30(1)(b)", "Purposes", (told(us.purpose, "What are scores used for?"),)
        ),
        Section("30(1)(c)", "People and data", tuple(_data(facts))),
        Section("30(1)(d)", "Recipients", tuple(_recipients(facts))),
        Section("30(1)(e)", "Transfers to third countries", tuple(_transfers(facts))),
        Section("30(1)(f)", "Time limits for erasure", tuple(time_limits(facts))),
        Section("30(1)(g)", "Security measures", tuple(measures(facts))),
    )  # fmt: skip


def _controller(facts: Facts) -> Iterator[Item]:
    us = facts.organisation
    yield told(us.controller, "Name of the controller: controller in [organisation].")
    yield told(us.controller_contact, "Contact: controller_contact in [organisation].")
    yield told(
        us.data_protection_officer,
        "Data protection officer and contact: data_protection_officer in [organisation].",
    )
    if us.representative:
        yield Item(f"Representative: {us.representative}")
    if us.joint_controllers:
        yield Item(f"Joint controllers: {listed(us.joint_controllers)}")


def _data(facts: Facts) -> Iterator[Item]:
    if facts.schema is None:
        yield Item("Nothing has been imported, so no category of data is known.", is_open=True)
        return
    yield Item(f"Employees in extracts read as {facts.schema.name}, and those who left.")
    stored = [column.name for column in facts.schema.stored_columns]
    yield Item(f"Features, by token: {listed(stored)}")
    yield Item(f"Protected attributes, kept apart: {listed(facts.columns(Role.PROTECTED))}")
    yield Item(f"Identity, in the directory only: {listed(facts.columns(Role.IDENTITY))}")
    yield Item(f"Outcomes: {listed(facts.columns(Role.OUTCOME))}")
    left_out = facts.columns(Role.FORBIDDEN, Role.IGNORED)
    yield Item(f"Columns of the extract that are not kept: {listed(left_out)}")
    yield Item("Scores with bands and reasons, views, decisions with their reasons, opt-outs.")


def _recipients(facts: Facts) -> Iterator[Item]:
    for operation, words in _SEE_PEOPLE.items():
        roles = listed(sorted(role.value.replace("_", " ") for role in PERMITTED[operation]))
        yield Item(f"May {words}: {roles}.")
    processors = facts.organisation.processors
    if processors:
        yield Item(f"Processors: {listed(processors)}")
    else:
        yield Item("Processors that host or run this: processors in [organisation].", is_open=True)


def _transfers(facts: Facts) -> Iterator[Item]:
    transfers = facts.organisation.transfers
    if transfers is None:
        yield Item(
            "Which third countries do data go to, with which safeguard? transfers in "
            "[organisation]; an empty list states that there are none.",
            is_open=True,
        )
    elif not transfers:
        yield Item("None, as the organisation states.")
    for transfer in transfers or ():
        yield Item(transfer)


def time_limits(facts: Facts) -> Iterator[Item]:
    """Yield how long each class of records is kept, as the purge has it."""
    policy = facts.retention
    yield Item(f"Jurisdictions that bind: {listed(policy.jurisdictions)}.")
    for record_class in RecordClass:
        limits = limits_of(record_class, policy, on=facts.now.date())
        name = record_class.value.replace("_", " ")
        if limits.conflict is not None:
            yield Item(limits.conflict.words(), is_open=True)
            continue
        most = limits.ceiling and f"at most {limits.ceiling.days} days ({limits.ceiling.source})"
        least = limits.floor and f"at least {limits.floor.days} days ({limits.floor.source})"
        yield Item(
            f"{name}: {listed(filter(None, (most, least))) if most or least else 'no limit'}"
        )


def measures(facts: Facts) -> Iterator[Item]:
    """Yield what protects the data."""
    for words in MEASURES:
        yield Item(words)
    yield Item(
        "The API listens on this machine alone or with transport encryption."
        if facts.is_encrypted_in_transit
        else "The API can be reached from other machines without transport encryption known here.",
        is_open=not facts.is_encrypted_in_transit,
    )
    yield told(
        facts.organisation.security, "Disks, backups, who administers: security in [organisation]."
    )
