"""Look at everyone as the deployed model sees them today: drift, groups, reasons."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.monitoring import Finding
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.read_purposes import ReadPurpose
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.workforce_schema import Role
from stayline.errors import NothingDeployed
from stayline.formats.model_archive import read_archive
from stayline.modelling.fairness.group_counts import GroupCounts, group_counts, merged_groups
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.known_facets import facets_at
from stayline.modelling.watching.people_summary import PeopleSummary, Sums, merged_sums
from stayline.modelling.watching.workforce import workforce_findings
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import EVENT_TIME, TOKEN, FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.people_scorer import PeopleToScore
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.scorable_people import ScorablePeople
from stayline.ports.scoring_control import ScoringControl

PURPOSE = ReadPurpose.BIAS_MONITOR.value
PEOPLE_AT_ONCE = 20_000
MERGED_AT_ONCE = 16
SEED = 0

Summaries = Callable[[ModelIdentity, Iterable[PeopleToScore]], Iterator[PeopleSummary]]
"""Reads people's newest features where they are kept, and sums up what a model makes of them."""


@dataclass(frozen=True, slots=True)
class WorkforceWatched:
    """What was found of so many people, by the model of this version."""

    model_version: int
    people: int
    findings: tuple[Finding, ...]


def watch_workforce(
    *,
    summaries: Summaries,
    registry: ModelRegistry,
    features: FeatureStore,
    protected: ProtectedAttributes,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    size: int = PEOPLE_AT_ONCE,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WorkforceWatched:
    """Return how everyone differs from the people that the deployed model was registered with.

    Of those who may be scored: employed, not opted out, inside a pilot. Shares of about ``size``
    people are summed up one after the other, wherever ``summaries`` does it; protected attributes
    stay in this process, and that they are read is on record first. Raises `NothingImported`,
    `NothingDeployed`, `ScoringStopped`, and what ``summaries`` raises.
    """
    control.scope()
    total = features.count()
    package = registry.deployed()
    if package is None:
        raise NothingDeployed
    archive = read_archive(registry.archive(package.digest), package.digest)
    baselines = Baselines.of(archive, registry.reports(package.digest))
    gone = pl.Series(sorted(features.everyone_who_left(at=clock.now())), dtype=pl.String)
    everyone = ScorablePeople(gone, opt_outs, control, clock)
    tally = _Tally(_Groups(baselines, _attributes(baselines, protected, audit, clock, actor)))
    progress(0, total)
    model = ModelIdentity(package.version, package.digest)
    for summary in summaries(model, everyone.parts(total, size=size)):
        tally.add(summary)
        progress(min(tally.people, total), total)
    progress(total, total)
    rng = np.random.default_rng(SEED)
    sums, groups = tally.whole()
    found = workforce_findings(sums, groups, baselines, rng)
    audit.append(
        AuditEvent(
            AuditEventKind.WORKFORCE_WATCHED, actor, str(package.version), clock.now(),
            {"people": tally.people},
        )
    )  # fmt: skip
    return WorkforceWatched(package.version, tally.people, found)


class _Tally:
    """Adds up shares as they come, a few at a time, so that few are ever kept."""

    def __init__(self, groups: "_Groups") -> None:
        self.people = 0
        self._count = groups
        self._sums: list[Sums] = []
        self._groups: dict[str, list[GroupCounts]] = {}

    def add(self, summary: PeopleSummary) -> None:
        self.people += summary.risks.height
        self._sums.append(summary.sums)
        for one in self._count.of(summary.risks):
            self._groups.setdefault(one.facet, []).append(one)
        if len(self._sums) >= MERGED_AT_ONCE:
            self._merge()

    def whole(self) -> tuple[Sums, Mapping[str, GroupCounts]]:
        self._merge()
        return self._sums[0], {facet: parts[0] for facet, parts in self._groups.items()}

    def _merge(self) -> None:
        self._sums = [merged_sums(self._sums)]
        self._groups = {facet: [merged_groups(parts)] for facet, parts in self._groups.items()}


class _Groups:
    """Counts people by the groups that they belong to; ``attributes`` are sorted by token."""

    def __init__(self, baselines: Baselines, attributes: pl.DataFrame | None) -> None:
        self._baselines = baselines
        self._attributes = attributes

    def of(self, risks: pl.DataFrame) -> Iterator[GroupCounts]:
        """Yield the counts of each facet, of people by token."""
        bias, attributes = self._baselines.bias, self._attributes
        if bias is None or attributes is None or risks.is_empty():
            return
        tokens = attributes.get_column(TOKEN)
        begin = tokens.search_sorted(risks[TOKEN][0], side="left")
        end = tokens.search_sorted(risks[TOKEN][-1], side="right")
        facets = facets_at(risks, attributes[begin:end], self._baselines.schema, bias)
        for facet in facets:
            yield group_counts(facet, risks["risk"], alert_from=self._baselines.alert_from)


def _attributes(
    baselines: Baselines,
    protected: ProtectedAttributes,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> pl.DataFrame | None:
    if baselines.bias is None or not baselines.schema.with_role(Role.PROTECTED):
        return None
    kind, now = AuditEventKind.PROTECTED_READ, clock.now()
    audit.append(AuditEvent(kind, actor, "all", now, {"purpose": PURPOSE}))
    return protected.read(AuditPurpose(actor, PURPOSE)).sort(TOKEN, EVENT_TIME)
