"""Whether people who got an action stayed more often than like people who got none."""

from datetime import datetime, time

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.workforce_schema import LeavingWithin
from stayline.errors import NothingDeployed, SchemaMismatch
from stayline.formats.model_archive import read_archive
from stayline.modelling.treatment import treatments
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.labelled_quality import IS_RIPE, ripe_by
from stayline.modelling.watching.labels import LABEL, covered_until, labelled
from stayline.modelling.watching.uplift import Uplift, uplift
from stayline.modelling.watching.uplift_rows import SCORED_AT, uplift_rows
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import LEFT_ON, TOKEN
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.outcome_book import OutcomeBook


def compare_actions(
    *,
    version: int | None = None,
    actor: str,
    registry: ModelRegistry,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    decisions: DecisionBook,
    audit: AuditLog,
    clock: Clock,
) -> Uplift:
    """Return the table of actions taken, among the people a version (None: the deployed) scored.

    Compared are first scores whose horizon has passed by the outcomes known today, of people of
    whom it is known whether they stayed. Labels by event do not count: without the day of leaving
    nobody can say who was still there to be treated. It is about groups, never about a person, and
    shows no cause. Raises `UnknownModel`, `NothingDeployed`, and
    `SchemaMismatch` for a cross-section.
    """
    package = registry.find(version) if version is not None else registry.deployed()
    if package is None:
        raise NothingDeployed
    schema = Baselines.of(read_archive(registry.archive(package.digest), package.digest), {}).schema
    if not isinstance(schema.outcome, LeavingWithin):
        raise SchemaMismatch(
            "A cross-section does not say who left within a horizon after the score.",
            "Actions can be compared where the schema's outcome is leaving within some months.",
        )
    now = clock.now()
    people = outcomes.of_people(now)
    span = answers.times(model_version=package.version)
    start = now if span is None else span[0]
    answered = answers.between(start, now, model_version=package.version).drop_nulls(TOKEN)
    scored = labelled(
        answered, events={}, people=people, horizon_months=schema.outcome.horizon_months
    ).frame.select(TOKEN, pl.col("inferred_at").alias(SCORED_AT), "risk", LABEL)
    day = covered_until(people)
    until = now if day is None else datetime.combine(day, time(), now.tzinfo)
    ripe = ripe_by(scored.get_column(SCORED_AT), schema, known_until=until).alias(IS_RIPE)
    leavings = pl.DataFrame(
        [(who.token, who.left_on) for who in people if who.left_on and who.is_voluntary],
        schema={TOKEN: pl.String, LEFT_ON: pl.Date},
        orient="row",
    )
    given = treatments(decisions.between(start, now))
    found = uplift(uplift_rows(scored.with_columns(ripe), given, leavings, schema))
    audit.append(
        AuditEvent(
            AuditEventKind.ACTIONS_COMPARED,
            actor,
            str(package.version),
            now,
            {"treated": found.treated, "untreated": found.untreated},
        )
    )
    return found
