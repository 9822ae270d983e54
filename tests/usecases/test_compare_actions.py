"""People who got an action, compared with people of like risk who got none."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import SchemaMismatch
from stayline.modelling.watching.uplift import Uplift
from stayline.usecases.compare_actions import compare_actions
from trained import panel_model

SCORED = datetime(2025, 1, 10, 9, tzinfo=UTC)
PEOPLE = 600


def compare(ports: Ports, version: int | None = None) -> Uplift:
    return compare_actions(
        version=version,
        actor="ana",
        registry=ports.registry,
        answers=ports.answers,
        outcomes=ports.outcomes,
        decisions=ports.decisions,
        audit=ports.audit,
        clock=ports.clock,
    )


def scored_people(ports: Ports, *, stays_more: float, told_of: int = PEOPLE, **fate) -> int:
    """Score people of a panel, act for every third, and tell who left; return the version.

    Told are the outcomes of the first ``told_of`` people; ``fate`` changes those of leavers.
    """
    version = ports.registry.register(
        panel_model()[0].package, trained_by="ana", metrics={}, at=ports.clock.now()
    ).version
    rng = np.random.default_rng(0)
    tokens = [EmployeeToken(f"{number:032x}") for number in range(PEOPLE)]
    ports.answers.add(
        pl.DataFrame(
            {
                "event_id": [f"event-{number}" for number in range(PEOPLE)],
                "inference_id": [None] * PEOPLE,
                "inferred_at": [SCORED] * PEOPLE,
                "token": tokens,
                "risk": rng.uniform(0.2, 0.6, PEOPLE),
                "model_version": [version] * PEOPLE,
            }
        )
    )
    is_treated = np.arange(PEOPLE) % 3 == 0
    leaves = rng.random(PEOPLE) < np.where(is_treated, 0.45 - stays_more, 0.45)
    known = ports.clock.now()
    for number in np.flatnonzero(is_treated):
        at = SCORED + timedelta(days=3)
        action = ActionKind.STAY_CONVERSATION
        ports.decisions.add(Decision(str(number), tokens[number], action, "why", "bo", at))
    ports.outcomes.add(
        [
            PersonOutcome(token, date(2025, 12, 1), known, date(2025, 4, 1), **fate)
            if left
            else PersonOutcome(token, date(2025, 12, 1), known)
            for token, left in zip(tokens[:told_of], leaves[:told_of], strict=True)
        ]
    )
    return version


def test_an_action_that_helps_is_seen_with_its_band_and_without_a_claim(ports):
    found = compare(ports, scored_people(ports, stays_more=0.3))
    assert (found.treated, found.untreated) == (200, 400)
    assert 0 < found.difference.low < 0.3 < found.difference.high
    assert "does not show that the action was the reason" in str(found)
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.details["treated"]) == (AuditEventKind.ACTIONS_COMPARED, 200)


def test_an_action_that_changes_nothing_has_a_band_over_zero(ports):
    found = compare(ports, scored_people(ports, stays_more=0.0))
    assert found.difference.low < 0 < found.difference.high


def test_who_was_dismissed_did_not_stay(ports):
    found = compare(ports, scored_people(ports, stays_more=0.0, is_voluntary=False))
    assert 200 < found.unknown < 300
    assert found.treated + found.untreated == PEOPLE - found.unknown
    assert any("nobody knows" in words for words in found.warnings)


def test_people_nothing_was_heard_of_did_not_stay(ports):
    found = compare(ports, scored_people(ports, stays_more=0.0, told_of=300))
    assert (found.treated, found.untreated, found.unknown) == (100, 200, 300)


def test_without_any_outcome_nothing_is_compared(ports):
    found = compare(ports, scored_people(ports, stays_more=0.0, told_of=0))
    assert (found.strata, found.difference, found.unknown) == ((), None, PEOPLE)
    assert "Nothing is known of what became of the people" in str(found)
    assert "+0.0" not in str(found)


def test_a_cross_section_cannot_tell(ports):
    with pytest.raises(SchemaMismatch, match="cross-section"):
        compare(ports)
