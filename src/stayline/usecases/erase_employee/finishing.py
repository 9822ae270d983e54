"""The erasure itself, store by store, in an order that may be cut short anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import IdentityPart
from stayline.errors import ErasureUnfinished, NothingImported
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.extract_files import IdColumns
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.usecases.erase_employee.stores import PersonalStores

_MOST_PASSES = 5


@dataclass(frozen=True, slots=True)
class Finished:
    """How much went of each store, and how many decisions the law keeps."""

    token: EmployeeToken
    gone: Mapping[str, int]
    decisions_kept: int


def finish(
    tokens: Sequence[EmployeeToken],
    hr_ids: Sequence[str],
    decisions_before: datetime | None,
    stores: PersonalStores,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> Finished:
    """Take the person out of every store, until a pass over all finds nothing more.

    A request that was under way when the erasure began may still write down its answer; the next
    pass takes that away. The opt-out that barred scoring meanwhile goes last.
    """
    gone = _one_pass(tokens, hr_ids, decisions_before, stores, audit)
    for _ in range(_MOST_PASSES):
        again = _one_pass(tokens, hr_ids, decisions_before, stores, audit)
        if not any(again.values()):
            break
        gone = {name: count + again[name] for name, count in gone.items()}
    else:
        raise ErasureUnfinished(tokens[0], "something goes on writing about this person.")
    if not stores.runner.forget_rows():
        because = "a training is under way, which has copies of everyone's rows."
        raise ErasureUnfinished(tokens[0], because)
    for token in tokens:
        stores.directory.erase(token)
    stores.opt_outs.erase(tokens)
    register.forget_words(tokens)
    stores.remnants.overwrite()
    audit.append(
        AuditEvent(AuditEventKind.EMPLOYEE_ERASED, actor, tokens[0], clock.now(), dict(gone))
    )
    kept = sum(len(stores.decisions.decisions(token)) for token in tokens)
    return Finished(tokens[0], gone, kept)


def _one_pass(
    tokens: Sequence[EmployeeToken],
    hr_ids: Sequence[str],
    decisions_before: datetime | None,
    stores: PersonalStores,
    audit: AuditLog,
) -> dict[str, int]:
    """Erase everywhere but from the directory, which knows the HR id until all else is done.

    Labels carry no token: they go by the ids of the answers, so before these.
    """
    facts = sum(stores.features.erase(token) for token in tokens)
    scores = sum(stores.scores.erase(token) for token in tokens)
    ids = stores.answers.ids_of(tokens) | stores.capture.ids_of(tokens)
    ids |= _audited_ids(tokens, audit)
    known_ids = {*hr_ids}
    for token in tokens:
        entry = stores.directory.find(token)
        if entry is not None:
            known_ids.add(entry.hr_id)
    return {
        "features": facts,
        "scores": scores,
        "labels": stores.outcomes.erase_events(ids) + stores.outcomes.erase(tokens),
        "answers": stores.answers.erase(tokens),
        "captured": stores.capture.erase(tokens),
        "protected": sum(stores.protected.erase(token) for token in tokens),
        "decisions": stores.decisions.erase(tokens, before=decisions_before),
        "files": stores.extracts.erase(sorted(known_ids), _id_columns(stores.features)),
    }


def _audited_ids(tokens: Sequence[EmployeeToken], audit: AuditLog) -> set[str]:
    found = (
        event.details.get("prediction_id")
        for token in tokens
        for event in audit.events(subject=token)
    )
    return {name for name in found if isinstance(name, str)}


def _id_columns(features: FeatureStore) -> IdColumns | None:
    try:
        schema = features.schema()
    except NothingImported:
        return None
    managers = [one.name for one in schema.columns if one.part is IdentityPart.MANAGER]
    return IdColumns(schema.record_identifier, managers[0] if managers else None)
