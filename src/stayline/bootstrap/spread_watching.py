"""Everyone summed up on a cluster: what a worker is given, and what it does with a part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stayline.bootstrap.ports import Ports
from stayline.bootstrap.shared_facts import shared_facts
from stayline.bootstrap.spread_scoring import ScoringPlan, predictor_of
from stayline.domain.risk_score import ModelIdentity
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.watching.people_summary import PeopleSummary, people_summary
from stayline.ports.cluster import Cluster
from stayline.ports.people_scorer import PeopleToScore
from stayline.settings import Settings


@dataclass(frozen=True, slots=True)
class ClusterSummaries:
    """Has an engine read people's features and sum up what a model makes of them."""

    cluster: Cluster
    settings: Settings
    ports: Ports

    def __call__(
        self, model: ModelIdentity, parts: Iterable[PeopleToScore]
    ) -> Iterator[PeopleSummary]:
        """Yield the summary of each part; raises what `shared_facts` raises."""
        package = self.ports.registry.archive(model.digest)
        facts = shared_facts(self.settings, self.ports)
        return self.cluster.results(sum_up, parts, ScoringPlan(facts, model.digest, package))


def sum_up(part: PeopleToScore, plan: ScoringPlan) -> PeopleSummary:
    """Return the summary of one part; this is what a worker runs."""
    predictor = predictor_of(plan.digest, plan.package)
    schema = parse_schema(plan.facts.schema_toml, "the home")
    known = {column.name: column for column in schema.columns}
    inputs = [known[name] for name in predictor.inputs]
    people = plan.facts.opened().newest_in(part.tokens)
    return people_summary(people, part, predictor, inputs)
