"""A model on trial: its figures, its rival, its fairness, its reasons, and what shielding costs.

The one program that is given protected attributes, and whose rows they belong to.
"""

import msgspec
import numpy as np
import polars as pl

from stayline.container.case import Case
from stayline.container.evaluated import Evaluated
from stayline.container.evaluation_reports import write_reports
from stayline.container.files import (
    EVALUATED,
    LATER_PEOPLE,
    PEOPLE,
    ROWS,
    read_frame,
    read_schema,
    read_unseen,
    with_people,
)
from stayline.container.platform import Platform, say, whole_number
from stayline.domain.workforce_schema import Role
from stayline.formats.frozen_inputs import ATTRIBUTES, MODEL_ARCHIVE, SCHEMA
from stayline.formats.model_archive import (
    archive_digest,
    read_archive,
    read_training_artifact,
)
from stayline.modelling.challenge import challenge
from stayline.modelling.comparison import Comparison
from stayline.modelling.fairness.audit import FairnessAudit, audit_fairness
from stayline.modelling.fairness.facets import facet_columns
from stayline.modelling.predictor import Predictor
from stayline.modelling.protection_price import PricedInputs, price_of_protection
from stayline.modelling.search import Candidate
from stayline.modelling.trial import try_model
from stayline.ports.feature_store import EVENT_TIME, TOKEN


def run(platform: Platform) -> None:
    """Write every evaluation file into ``evaluation``. Option: ``SEED``."""
    case = _case(platform)
    say("measuring ...")
    found = Evaluated(
        trial=try_model(
            case.data,
            case.unseen_risk,
            case.later_risk,
            bands=case.model.manifest.alert_bands,
            schema=case.schema,
            seed=case.seed,
        ),
        comparison=_comparison(case, platform),
        fairness=_fairness(case, platform),
        protection_price=_price(case, platform),
    )
    folder = platform.output("evaluation")
    (folder / EVALUATED).write_bytes(msgspec.msgpack.encode(found))
    write_reports(found, case, folder)


def _case(platform: Platform) -> Case:
    artifact = platform.input("model", MODEL_ARCHIVE).read_bytes()
    model, unseen = read_training_artifact(artifact)
    development = with_people(
        read_frame(platform.input("train", ROWS)), read_frame(platform.input("people", PEOPLE))
    )
    later = None
    if later_rows := platform.optional_input("validation", ROWS):
        later = with_people(
            read_frame(later_rows), read_frame(platform.input("people", LATER_PEOPLE))
        )
    return Case(
        model=model,
        schema=read_schema(platform.input("train", SCHEMA)),
        development=development,
        later=later,
        unseen_risk=read_unseen(unseen),
        later_risk=None if later is None else Predictor(model).risks(later),
        seed=whole_number(platform.environment, "SEED"),
    )


def _comparison(case: Case, platform: Platform) -> Comparison | None:
    deployed = platform.optional_input("champion", MODEL_ARCHIVE)
    if deployed is None:
        return None
    say("comparing with the deployed model ...")
    archive = deployed.read_bytes()
    return challenge(
        read_archive(archive, archive_digest(archive)),
        case.data,
        unseen_risk=case.unseen_risk,
        later_risk=case.later_risk,
        alert_from=case.alert_from,
        seed=case.seed,
    )


def _fairness(case: Case, platform: Platform) -> FairnessAudit:
    """Audit the first out-of-fold run: a later part alone would leave most groups too small."""
    say("auditing fairness ...")
    rows = case.development.select(TOKEN, EVENT_TIME).join(
        _attributes(platform), on=[TOKEN, EVENT_TIME], how="left", maintain_order="left"
    )
    protected = case.schema.with_role(Role.PROTECTED)
    facets = facet_columns(
        rows,
        protected,
        event_time=rows.get_column(EVENT_TIME),
        protected_age_from=case.schema.protected_age_from,
    )
    data = case.data.development
    shielded = [c.name for c in case.schema.model_inputs if c not in protected]
    return audit_fairness(
        data.label,
        case.unseen_risk[0],
        data.person,
        facets,
        data.frame.select(shielded),
        alert_from=case.alert_from,
        rng=np.random.default_rng(case.seed),
        strata=_strata(case),
    )


def _strata(case: Case) -> pl.Series | None:
    """Return the circumstances that disparity is told within: a segment, or the department."""
    segments = [c.name for c in case.schema.with_role(Role.SEGMENT)]
    departments = [c.name for c in case.schema.model_inputs if "department" in c.name.casefold()]
    named = (segments + departments)[:1]
    return case.development.get_column(named[0]) if named else None


def _price(case: Case, platform: Platform) -> tuple[PricedInputs, ...]:
    say("pricing the protection of attributes ...")
    manifest = case.model.manifest
    chosen = Candidate(manifest.parameters, manifest.rounds, loss=0.0, standard_error=0.0)
    return tuple(
        price_of_protection(
            case.development,
            case.later,
            _attributes(platform),
            case.schema,
            chosen,
            seed=case.seed,
        )
    )


def _attributes(platform: Platform) -> pl.DataFrame:
    return read_frame(platform.input("protected", ATTRIBUTES))
