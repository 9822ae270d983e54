"""What a home in order has on file about notices, documents, data and incidents."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from answerable_home import DAY, AnswerableHome
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.compliance.quarters import name_of
from stayline.domain.register.accountability import (
    Document,
    FeaturePurpose,
    Incident,
    ScopeAnswer,
)
from stayline.domain.register.rights import LawfulBasis, NoticeGiven
from stayline.jobs.documents import drafts_now
from stayline.ports.governance_register import Entry
from stayline.settings import Settings


def put_papers_on_file(made: AnswerableHome) -> None:
    """Inform everybody who has a score, and put on file what must be, for what runs now."""
    early = made.now - 30 * DAY
    papers: dict[str, Any] = {
        f"notice-{one.token}": NoticeGiven(one.token, "v1", "en", early)
        for one in made.ports.scores.entries()
    }
    papers |= {
        f"purpose-{column.name}": FeaturePurpose(
            column.name, "workload", "legitimate interests", "HR"
        )
        for column in made.ports.features.schema().stored_columns
    }
    papers |= _documents(made)
    papers["basis-1"] = LawfulBasis("EU", ("legitimate_interests",), "lia-1", early)
    papers["drill-1"] = Incident("drill-1", True, made.now, ("EU",))
    quarter = name_of(made.later - 91 * DAY)
    papers["scope-1"] = ScopeAnswer("nyc_ll144", quarter, False, "No use in promotion.")
    for kind in {type(record) for record in papers.values()}:
        made.ports.register.add([
            Entry(entry_id, record, made.now, "privacy-officer")
            for entry_id, record in papers.items()
            if type(record) is kind
        ])  # fmt: skip
    made.happened(
        AuditEventKind.EMPLOYEE_VIEWED, made.token("1"), shown_score=True, shown_reasons=True,
        band="low", reach="everyone",
    )  # fmt: skip


def _documents(made: AnswerableHome) -> Mapping[str, Document]:
    drafts = drafts_now(made.ports, Settings(home=made.home))
    covers = {
        "ropa": ("fields:a-g", drafts.retention),
        "dpia": drafts.assessment.covers,
        "fria_scope_note": (),
        "balancing_test": (),
    }
    day = (made.now - timedelta(days=20)).date()
    return {
        f"document-{subject}": Document(subject, subject, "d" * 64, day, "dpo", some)
        for subject, some in covers.items()
    }
