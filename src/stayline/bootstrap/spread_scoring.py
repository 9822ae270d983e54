"""Scoring everyone on a cluster: what a worker is given, and what it does with a part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from stayline.bootstrap.ports import Ports
from stayline.bootstrap.shared_facts import SharedFacts, shared_facts
from stayline.domain.risk_score import ModelIdentity
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.modelling.scored_people import scored_people
from stayline.ports.cluster import Cluster
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.people_scorer import PeopleToScore, ScoredPeople
from stayline.settings import Settings


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """What all parts of a run have in common: the facts, and the package of the model."""

    facts: SharedFacts
    digest: str
    package: bytes


@dataclass(frozen=True, slots=True)
class ClusterScorer:
    """Has the workers of a cluster read and score; the model is sent to each of them once."""

    cluster: Cluster
    registry: ModelRegistry
    facts: SharedFacts

    def scored(
        self, model: ModelIdentity, parts: Iterable[PeopleToScore]
    ) -> Iterator[ScoredPeople]:
        """Yield each part's scores by this model."""
        plan = ScoringPlan(self.facts, model.digest, self.registry.archive(model.digest))
        return self.cluster.results(score_people, parts, plan)


def cluster_scorer(cluster: Cluster, settings: Settings, ports: Ports) -> ClusterScorer:
    """Return what scores a home's people on a cluster; raises what `shared_facts` raises."""
    return ClusterScorer(cluster, ports.registry, shared_facts(settings, ports))


def score_people(part: PeopleToScore, plan: ScoringPlan) -> ScoredPeople:
    """Return the scores of one part; this is what a worker runs."""
    predictor = predictor_of(plan.digest, plan.package)
    people = plan.facts.opened().newest_in(part.tokens)
    return scored_people(people, part, score=predictor.score, inputs=lambda: predictor.inputs)


@lru_cache(maxsize=2)
def predictor_of(digest: str, package: bytes) -> Predictor:
    """Return the model of a package, which is checked against its digest and read once a worker."""
    return Predictor.from_archive(read_archive(package, digest))
