"""Evidence of groups, data, transparency, security and accountability in which all is well."""

from datetime import datetime, timedelta

from stayline.domain.compliance.areas.accountability import (
    AccountabilityEvidence,
    ModelInUse,
    ScoredPeople,
)
from stayline.domain.compliance.areas.data import (
    DataEvidence,
    FactUsed,
    FeatureState,
    PopulationShift,
)
from stayline.domain.compliance.areas.fairness_records import (
    FLAGGED,
    NOT_FLAGGED,
    SCORED_HIGH,
    FairnessEvidence,
    GroupQuality,
    GroupRatio,
    ModelInput,
    ProtectedRead,
    ProxyStrength,
    UnknownGroup,
)
from stayline.domain.compliance.areas.security import ScoreRead, SecurityEvidence, TextScan
from stayline.domain.compliance.areas.transparency import (
    ExplainedScore,
    FirstScore,
    TransparencyEvidence,
)
from stayline.domain.compliance.legal_register import REGISTER
from stayline.domain.compliance.legal_sources import LegalPolicy
from stayline.domain.compliance.quarters import name_of
from stayline.domain.read_purposes import ReadPurpose
from stayline.domain.register.accountability import (
    Document,
    FeaturePurpose,
    Incident,
    ScopeAnswer,
)
from stayline.domain.register.rights import LawfulBasis, NoticeGiven

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ANA = "a" * 32
RETENTION, SHAPE = "retention:1f", "model:2e"


def document(subject: str, until: datetime, *covers: str, days_ago: int = 300) -> Document:
    """Return a signed document of so many days ago."""
    dated_on = (until - days_ago * DAY).date()
    return Document(subject, subject.upper(), "0" * 64, dated_on, "privacy", covers)


def ratio(facet: str, category: str, reading: str, **values: object) -> GroupRatio:
    """Return a group's ratio that is .95 of 10,000 people, but for ``values``."""
    known: dict[str, object] = {
        "n": 10_000, "selected": 8_550, "rate": 0.855, "ratio": 0.95, "low": 0.94, "high": 0.96,
        "p_value": 0.4,
    }  # fmt: skip
    return GroupRatio(facet, category, reading, **(known | values))  # type: ignore[arg-type]  # by name


def fairness(until: datetime) -> FairnessEvidence:
    """Return figures of groups that are about alike."""
    pairs = [("sex", "female"), ("sex", "male"), ("race", "white"), ("age", "40 and over")]
    return FairnessEvidence(
        ratios=tuple(
            ratio(*pair, reading)
            for pair in pairs
            for reading in (NOT_FLAGGED, FLAGGED, SCORED_HIGH)
        ),
        unknown=(UnknownGroup("sex", 10_000, 10), UnknownGroup("age", 10_000, 0)),
        quality=tuple(
            GroupQuality(
                "sex", name, 5_000, 400, recall, recall - 0.05, recall + 0.05, 0.1, 0.4, 0.01
            )
            for name, recall in (("female", 0.6), ("male", 0.62))
        ),
        help_given=(ratio("sex", "female", FLAGGED),),
        inputs=(ModelInput("OverTime", "", False),),
        proxies=(ProxyStrength("Gender", 0.6),),
        reads=(ProtectedRead("auditor", ReadPurpose.COMPLIANCE_CHECK, until - DAY),),
    )


def data(until: datetime) -> DataEvidence:
    """Return facts of their time, and features in order."""
    return DataEvidence(
        facts=(FactUsed("p-1", until - 3 * DAY, until - 2 * DAY, until - DAY),),
        features=(FeatureState("OverTime", 1_000, 0.0, 0.0, 20.0),),
        collected=("OverTime",),
        used=("OverTime",),
        purposes=(FeaturePurpose("OverTime", "workload", "legitimate interests", "HR"),),
        shifts=(PopulationShift("Department", 1_000, 0.02, 0),),
    )


def transparency(until: datetime) -> TransparencyEvidence:
    """Return people who were told, and scores that are explained."""
    return TransparencyEvidence(
        first_scores=(FirstScore(ANA, until - 60 * DAY),),
        notices=(NoticeGiven(ANA, "v1", "en", until - 70 * DAY),),
        explained=(ExplainedScore("p-1", 0.25, 0.25),),
        scope_answers=(ScopeAnswer("nyc_ll144", name_of(until - 91 * DAY), False, "no promotion"),),
    )


def security(until: datetime) -> SecurityEvidence:
    """Return reads within reach, a clean scan and a drill."""
    return SecurityEvidence(
        reads=(ScoreRead(ANA, "manager-1", until - DAY, True),),
        scan=TextScan(4, ()),
        has_keyed_tokens=True,
        is_encrypted_in_transit=True,
        incidents=(Incident("drill-1", True, until - 10 * DAY, ("EU",)),),
    )


def accountability(until: datetime) -> AccountabilityEvidence:
    """Return documents that are current and cover what runs."""
    law = REGISTER.under(LegalPolicy(verified_on=dict.fromkeys(REGISTER.sources, until.date())))
    return AccountabilityEvidence(
        documents=(
            document("ropa", until, "fields:a-g", RETENTION),
            document("dpia", until, SHAPE),
            document("fria_scope_note", until),
            document("balancing_test", until),
        ),
        retention=RETENTION,
        models=(ModelInUse(3, SHAPE, until - 80 * DAY),),
        scored=(ScoredPeople("EU", 1_000, until - 60 * DAY),),
        bases=(LawfulBasis("EU", ("legitimate_interests",), "lia-1", until - 200 * DAY),),
        sources=tuple(law.sources.values()),
    )
