"""The register of laws as it was read on 2026-11-23. Not legal advice; counsel must confirm it.

A row that changes is changed here, with the day it was read; an organisation that reads a source
again states the day in its ``governance.toml``.
"""

from datetime import date

from stayline.domain.compliance.legal_sources import (
    LegalRegister,
    LegalSource,
    LegalStatus,
    Mark,
)

READ_ON = date(2026, 11, 23)
OWN = "own-promise"
GDPR = date(2018, 5, 25)
AI_ACT_HIGH_RISK = date(2027, 12, 2)
AI_ACT_2026 = date(2026, 8, 2)
DPDP = date(2027, 5, 13)
V, S, K = Mark.READ, Mark.SECONDARY, Mark.KNOWLEDGE
_DEFERRED = "High-risk duties, Arts 6-27, were put off by Regulation (EU) 2026/1744."


def _row(
    source_id: str,
    title: str,
    effective_on: date,
    mark: Mark,
    note: str = "",
    status: LegalStatus = LegalStatus.IN_FORCE,
) -> LegalSource:
    return LegalSource(source_id, title, effective_on, mark, READ_ON, status, note)


_ROWS = (
    LegalSource(OWN, "What this product promises of itself", date(2026, 1, 1), Mark.OWN, None),
    _row("gdpr-5", "GDPR 5: purpose, minimisation, accuracy, storage limit, proof", GDPR, K),
    _row("gdpr-6", "GDPR 6(1), 88: a lawful basis; consent of employees is rarely free", GDPR, S),
    _row("gdpr-9", "GDPR 9: special categories", GDPR, K),
    _row("gdpr-12", "GDPR 12(3): an answer within one calendar month", GDPR, V),
    _row("gdpr-13", "GDPR 13-15: notice, and how the score comes about", GDPR, S),
    _row("gdpr-17", "GDPR 17, 19: erasure; 17(3)(e) legal claims", GDPR, K),
    _row("gdpr-21", "GDPR 21(1): objection, profiling included", GDPR, V),
    _row("gdpr-22", "GDPR 22: no significant decision by a machine alone", GDPR, V),
    _row("gdpr-schufa", "CJEU C-634/21: a score is a decision if drawn on strongly", GDPR, S),
    _row("gdpr-25", "GDPR 25: by design and by default", GDPR, K),
    _row("gdpr-30", "GDPR 30(1)(a)-(g): record of processing", GDPR, V),
    _row("gdpr-32", "GDPR 32: security", GDPR, K),
    _row("gdpr-33", "GDPR 33: a breach is told within 72 hours", GDPR, K),
    _row("gdpr-35", "GDPR 35(1), (3)(a): impact assessment", GDPR, V),
    _row("aia-4", "AI Act 4, 4a: AI literacy; special data to find bias", AI_ACT_2026, S,
         "Recast by Regulation (EU) 2026/1744."),
    _row("aia-9", "AI Act 9: risk management", AI_ACT_HIGH_RISK, K, _DEFERRED),
    _row("aia-10", "AI Act 10(2)-(4): data governance, bias", AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-12", "AI Act 12, 19: logs", AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-13", "AI Act 13(3): declared accuracy, group performance", AI_ACT_HIGH_RISK, V,
         _DEFERRED),
    _row("aia-14", "AI Act 14(4): human oversight", AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-15", "AI Act 15: accuracy, feedback loops", AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-17", "AI Act 17: quality management", AI_ACT_HIGH_RISK, K, _DEFERRED),
    _row("aia-18", "AI Act 18: provider documentation, 10 years", AI_ACT_HIGH_RISK, S, _DEFERRED),
    _row("aia-26", "AI Act 26: deployers: overseers, logs of six months, notice",
         AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-27", "AI Act 27: rights impact assessment, mostly public bodies",
         AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-annex-3", "AI Act Annex III(4)(b): what counts as high-risk at work",
         AI_ACT_HIGH_RISK, V, _DEFERRED),
    _row("aia-86", "AI Act 86: an explanation of the score's role", AI_ACT_2026, V,
         "Kept its date, though the classification it leans on was put off.",
         LegalStatus.UNSETTLED),
    _row("dpdp-3", "DPDP s.5, r.3: itemised notice", DPDP, S),
    _row("dpdp-4", "DPDP s.4, 7(i): consent, or purposes of employment", DPDP, V),
    _row("dpdp-6", "DPDP s.6(4), 6(6): withdrawal as easy as consent", DPDP, S),
    _row("dpdp-8", "DPDP s.8(3), (5), (7), r.6, r.8(3): accuracy, safeguards, logs 1 year",
         DPDP, V, "Whom r.8(3) reaches is disputed."),
    _row("dpdp-11", "DPDP s.11-12: access, correction, erasure after consent", DPDP, V),
    _row("dpdp-14", "DPDP s.13, r.14(3): grievances within 90 days at most", DPDP, V),
    _row("dpdp-r7", "DPDP r.7: a breach is told without delay, details in 72 hours", DPDP, V),
    _row("cert-in", "CERT-In directions: 6 hours; logs kept 180 days", date(2022, 6, 28), V),
    _row("us-1602", "29 CFR 1602.14: personnel records 1 year", date(1991, 7, 26), V),
    _row("us-1607", "29 CFR 1607.4(D): the four-fifths screen", date(1978, 9, 25), V,
         "Printed in eCFR on 2026-08-15; whether it was rescinded since is not settled.",
         LegalStatus.UNSETTLED),
    _row("us-title7", "Title VII 703(a), (k)", date(1964, 7, 2), S),
    _row("us-adea", "ADEA 29 USC 631(a), 29 CFR 1625.7: age 40 and over", date(1968, 6, 12), S),
    _row("us-ada", "ADA 42 USC 12112(b)(6), (d): medical data", date(1992, 7, 26), K),
    _row("nyc-144", "NYC 20-870..874, 6 RCNY 5-300..304: bias audits of hiring, promotion",
         date(2023, 7, 5), V),
    _row("us-co", "Colorado SB 26-189: notice, explanation, review; records 3 years",
         date(2027, 1, 1), S),
    _row("us-ca", "California 2 CCR 11013(c): records 4 years", date(2025, 10, 1), S,
         "Whether it reaches raw inputs is for counsel."),
    _row("us-il", "Illinois HB 3773: effects test, zip codes barred, notice",
         date(2026, 1, 1), S),
    _row("us-co-205", "Colorado SB 24-205", date(2026, 6, 30), V,
         "Never took effect; replaced by SB 26-189.", LegalStatus.REPEALED),
    _row("nist-rmf", "NIST AI RMF 1.0: GOVERN, MAP, MEASURE, MANAGE", date(2023, 1, 26), V,
         "Voluntary; under revision."),
)  # fmt: skip

REGISTER = LegalRegister(READ_ON.isoformat(), {row.source_id: row for row in _ROWS})


def applies_on(source_id: str, day: date) -> bool:
    """Whether a source binds on a day, which no organisation can change."""
    return REGISTER.sources[source_id].applies_on(day)
