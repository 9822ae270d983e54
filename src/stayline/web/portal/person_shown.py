"""Puts together what a person's page shows, from the use cases that know it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from stayline.domain.callers import Caller
from stayline.domain.column_words import value_in_words
from stayline.domain.decisions import Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import Reason
from stayline.domain.scores_alike import Alike, alike
from stayline.errors import EndpointUnavailable, NothingDeployed, PackageRefused
from stayline.ports.score_board import BoardEntry
from stayline.usecases.list_past_scores import PastScore, list_past_scores
from stayline.usecases.weigh_changes import WeighedChanges, WeighedStep, weigh_changes
from stayline.web.gateway import Gateway
from stayline.web.portal.likeness import scores_alike
from stayline.web.portal.person_words import (
    age_in_words,
    in_steps,
    is_hardly,
    main_reasons,
    risk_in_words,
)
from stayline.web.portal.pictures import points, waterfall
from stayline.web.viewed_employee import viewed_employee

DECISIONS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """One person as the page shows them; without a score where none may be shown."""

    name: str
    hr_id: str
    score: BoardEntry | None
    age: str
    opted_out_since: datetime | None
    decisions: Sequence[Decision]
    past: Sequence[PastScore] = ()
    like: Alike | None = None
    changes: WeighedChanges | None = None

    @property
    def pages(self) -> int:
        """How many pages the decisions fill, at least one."""
        return max(1, -(-len(self.decisions) // DECISIONS_A_PAGE))

    def decisions_of(self, number: int) -> Sequence[Decision]:
        """Return a page of the decisions, newest first."""
        newest = list(reversed(self.decisions))
        return newest[(number - 1) * DECISIONS_A_PAGE : number * DECISIONS_A_PAGE]

    @property
    def source(self) -> str:
        """Where the score is from."""
        is_nightly = self.score is None or self.score.prediction_id is None
        return "from the run over everyone" if is_nightly else "made on request"

    @property
    def main_reasons(self) -> Sequence[Reason]:
        """What moved the risk most."""
        return () if self.score is None else main_reasons(self.score.reasons)

    @property
    def steps(self) -> Sequence[tuple[str, str]]:
        """The steps of the picture with their points, for the table behind it."""
        found = () if self.score is None else in_steps(self.score.reasons)
        return [(name, points(change)) for name, change in found]

    @property
    def picture(self) -> Markup | None:
        """How the risk comes about; None where it is not kept from where it starts."""
        if self.score is None or self.score.base_risk is None or not self.score.reasons:
            return None
        return waterfall(
            self.score.base_risk,
            in_steps(self.score.reasons),
            self.score.risk,
            key="waterfall",
            name="From the average to this risk",
        )

    @property
    def telling_steps(self) -> Sequence[WeighedStep]:
        """The steps that the model sees a change in."""
        tried = () if self.changes is None else self.changes.steps
        return [one for one in tried if not is_hardly(one.change)]

    @property
    def hardly_telling(self) -> Sequence[str]:
        """The columns none of whose steps is a change to the model."""
        tried = () if self.changes is None else self.changes.steps
        telling = {one.step.column for one in self.telling_steps}
        return list(dict.fromkeys(o.step.column for o in tried if o.step.column not in telling))

    risk_in_words = staticmethod(risk_in_words)
    value_in_words = staticmethod(value_in_words)
    points = staticmethod(points)


def seen_person(token: EmployeeToken, *, gateway: Gateway, caller: Caller) -> SeenPerson:
    """Return what may be shown of a person; looking is an audited event.

    Raises what `view_employee` raises, and `HasOptedOut` of who opted out in this very moment.
    """
    ports = gateway.ports
    known = ports.directory.find(token)
    hr_id = "" if known is None else known.hr_id
    view = viewed_employee(token, hr_id, gateway=gateway, caller=caller)
    name = (known and known.display_name) or "A person without a name on file"
    score = view.score
    if score is None:
        return SeenPerson(name, hr_id, None, "", view.opted_out_since, view.decisions)
    changes = None
    with suppress(NothingDeployed, PackageRefused, EndpointUnavailable):
        changes = weigh_changes(
            token,
            actor=caller.subject,
            endpoint=ports.endpoint,
            features=ports.features,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            clock=ports.clock,
        )
    past = list_past_scores(token, directory=ports.directory, audit=ports.audit)
    return SeenPerson(
        name=name,
        hr_id=hr_id,
        score=score,
        age=age_in_words(ports.clock.now() - score.scored_at),
        opted_out_since=None,
        decisions=view.decisions,
        past=[one for one in past if one.at != score.scored_at],
        like=alike(scores_alike(ports.registry, score.model.digest), score.risk),
        changes=changes,
    )
