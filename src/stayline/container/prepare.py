"""Frozen facts in; labelled rows, the people they are of, and the data baseline out.

Tokens go to the ``people`` output alone, which only the audit reads: training never sees whose row
is whose.
"""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import polars as pl

from stayline.container.files import (
    LATER_PEOPLE,
    PEOPLE,
    TREATED,
    read_frame,
    read_schema,
    write_people,
    write_rows,
    write_schema,
)
from stayline.container.platform import Platform, say, whole_number
from stayline.domain.alert_policy import policy_from
from stayline.domain.workforce_schema import LONGEST_HORIZON_MONTHS, LeavingWithin, WorkforceSchema
from stayline.errors import ProgramInputRefused
from stayline.formats.frozen_inputs import FEATURES_FILE, OUTCOMES_FILE, SCHEMA, TREATED_FILE
from stayline.formats.report_json import encode
from stayline.modelling.current_people import current_people
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.dataset import TrainingSet, labelled_rows, parted_by_time, training_set
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.leak_check import leaking_inputs
from stayline.modelling.treatment import learned_from, with_treatment


def run(platform: Platform) -> None:
    """Write ``train``, ``validation``, ``people`` and ``baseline``.

    Options: ``ALERT_POLICY``, ``HORIZON_MONTHS`` (a leaving date only), ``TRAIN_UNTIL`` (a day, or
    empty for the default edge). Raises `TrainingRefused` when there is too little to
    learn from.
    """
    schema = _asked(read_schema(platform.input("workforce", SCHEMA)), platform)
    features = read_frame(platform.input("workforce", FEATURES_FILE))
    outcomes = read_frame(platform.input("workforce", OUTCOMES_FILE))
    rows = labelled_rows(features, outcomes, schema)
    _write_baseline(current_people(features, schema, until=_edge(platform)), schema, platform)
    del features, outcomes  # of very many people, they are as much again
    development, later = parted_by_time(rows, schema, train_until=_edge(platform))
    if treated := platform.optional_input("workforce", TREATED_FILE):
        marked = with_treatment(development, read_frame(treated), schema)
        development, account = learned_from(marked, schema)
        (platform.output("train") / TREATED).write_bytes(msgspec.json.encode(account))
    write_rows(development, schema, platform.output("train"))
    write_schema(schema, platform.output("train"))
    write_people(development, schema, platform.output("people") / PEOPLE)
    write_schema(schema, platform.output("validation"))
    if later is not None:
        write_rows(later, schema, platform.output("validation"))
        write_people(later, schema, platform.output("people") / LATER_PEOPLE)
    held_back = 0 if later is None else len(later)
    say(f"{len(development):,} rows to learn from, {held_back:,} later ones to try the model on.")
    _write_leaks(training_set(development, schema), schema, platform)


def _asked(schema: WorkforceSchema, platform: Platform) -> WorkforceSchema:
    """Return the schema under the policy and horizon that this execution asks for."""
    options = platform.environment
    policy = policy_from(options["ALERT_POLICY"]) if "ALERT_POLICY" in options else schema.policy
    outcome = schema.outcome
    if isinstance(outcome, LeavingWithin) and "HORIZON_MONTHS" in options:
        months = whole_number(options, "HORIZON_MONTHS")
        if not 1 <= months <= LONGEST_HORIZON_MONTHS:
            raise ProgramInputRefused("HORIZON_MONTHS", f"1 to {LONGEST_HORIZON_MONTHS} months")
        outcome = replace(outcome, horizon_months=months)
    return replace(schema, policy=policy, outcome=outcome)


def _edge(platform: Platform) -> datetime | None:
    text = platform.environment.get("TRAIN_UNTIL", "")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise ProgramInputRefused("TRAIN_UNTIL", "a day such as 2025-12-31, or nothing") from None


def _write_baseline(people: pl.DataFrame, schema: WorkforceSchema, platform: Platform) -> None:
    """Leave what the people look like whom the model is made for, one row each."""
    folder = platform.output("baseline")
    inputs = schema.model_inputs
    statistics = feature_statistics(people, inputs)
    (folder / "statistics.json").write_bytes(encode(statistics))
    (folder / "constraints.json").write_bytes(encode(suggested_constraints(statistics, inputs)))
    joint = joint_statistics(people, inputs, statistics, np.arange(people.height))
    (folder / "joint_statistics.json").write_bytes(encode(joint))


def _write_leaks(rows: TrainingSet, schema: WorkforceSchema, platform: Platform) -> None:
    """Leave whether an input knows the outcome."""
    leaks = leaking_inputs(rows.frame, schema.model_inputs, rows.label, rows.person, seed=0)
    (platform.output("baseline") / "leaks.json").write_bytes(msgspec.json.encode(leaks))
