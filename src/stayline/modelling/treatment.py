"""Which snapshots were followed by a retention action, and what training makes of them."""

from collections.abc import Iterable

import msgspec
import numpy as np
import polars as pl

from stayline.domain.decisions import Decision
from stayline.domain.treated_people import TreatedPolicy
from stayline.domain.workforce_schema import LeavingWithin, WorkforceSchema
from stayline.errors import TrainingRefused
from stayline.modelling.dataset import PERSON, WEIGHT, enough, label_known_at
from stayline.modelling.propensity import LARGEST_WEIGHT, untreated_weights
from stayline.ports.feature_store import EVENT_TIME, INSTANT, LABEL, TOKEN

IS_TREATED, TREATED_AT = "is_treated", "treated_at"
FEWEST_PEOPLE = 30
_ROW, _KNOWN_AT = "_row", "_known_at"


class TreatedAccount(msgspec.Struct, frozen=True):
    """How many rows, of how many people, were followed by an action, and what was done.

    ``left`` of the rows have label 1. With ``reweigh``, ``clipped`` counts rows whose weight was
    cut at the largest one, and ``counts_as`` is Kish's effective number of the rows learned from.
    """

    policy: TreatedPolicy = TreatedPolicy.KEEP
    rows: int = 0
    people: int = 0
    left: int = 0
    clipped: int = 0
    counts_as: float = 0.0


def treatments(decisions: Iterable[Decision]) -> pl.DataFrame:
    """Return who got an action, and when: ``token``, ``treated_at``.

    That nothing was done, or that a score is disputed, is no treatment.
    """
    given = [(one.token, one.decided_at) for one in decisions if one.action.is_treatment]
    return pl.DataFrame(given, {TOKEN: pl.String, TREATED_AT: INSTANT}, orient="row").sort(
        TREATED_AT, TOKEN
    )


def with_treatment(
    rows: pl.DataFrame, treated: pl.DataFrame, schema: WorkforceSchema
) -> pl.DataFrame:
    """Return the rows with ``is_treated``: an action came between the snapshot and its label.

    ``rows`` has ``token`` and ``event_time``. In a cross-section, whose label is as of the
    snapshot, it is an action up to then.
    """
    numbered = rows.with_row_index(_ROW)
    known_at = label_known_at(rows.get_column(EVENT_TIME), schema).alias(_KNOWN_AT)
    given = pl.col(TREATED_AT) <= pl.col(_KNOWN_AT)
    if isinstance(schema.outcome, LeavingWithin):
        given &= pl.col(TREATED_AT) > pl.col(EVENT_TIME)
    met = numbered.select(_ROW, TOKEN, EVENT_TIME, known_at).join(treated, on=TOKEN).filter(given)
    is_treated = pl.col(_ROW).is_in(met.get_column(_ROW).implode()).alias(IS_TREATED)
    return numbered.with_columns(is_treated).drop(_ROW)


def learned_from(
    rows: pl.DataFrame, schema: WorkforceSchema
) -> tuple[pl.DataFrame, TreatedAccount]:
    """Return the rows to learn from under the schema's policy, and the account of it.

    ``rows`` are labelled ones with ``is_treated``, which is dropped: no model ever sees it.
    Reweighed rows have a ``training_weight``. Raises `TrainingRefused` when too little is left to
    learn from, or there are too few treated or untreated people to weigh by.
    """
    treated, others = rows.filter(IS_TREATED), rows.filter(~pl.col(IS_TREATED))
    account = TreatedAccount(
        policy=schema.treated,
        rows=len(treated),
        people=treated.get_column(PERSON).n_unique(),
        left=int(treated.get_column(LABEL).sum()),
    )
    if treated.is_empty() or schema.treated is TreatedPolicy.KEEP:
        return rows.drop(IS_TREATED), account
    if schema.treated is TreatedPolicy.EXCLUDE:
        return enough(others.drop(IS_TREATED)), account
    return _reweighed(rows, others, account, schema)


def _reweighed(
    rows: pl.DataFrame, others: pl.DataFrame, account: TreatedAccount, schema: WorkforceSchema
) -> tuple[pl.DataFrame, TreatedAccount]:
    untreated = others.get_column(PERSON).n_unique()
    if min(account.people, untreated) < FEWEST_PEOPLE:
        raise TrainingRefused(
            f"{account.people} people were treated and {untreated} were not; to reweigh, at least "
            f"{FEWEST_PEOPLE} of each are needed.",
            "Set `treated` in [training] of schema.toml to 'keep' or 'exclude'.",
        )
    weight = untreated_weights(rows, schema.model_inputs, rows.get_column(IS_TREATED).to_numpy())
    kept = enough(others.drop(IS_TREATED)).with_columns(pl.Series(WEIGHT, weight))
    told = msgspec.structs.replace(
        account,
        clipped=int((weight >= LARGEST_WEIGHT).sum()),
        counts_as=float(np.square(weight.sum()) / np.square(weight).sum()),
    )
    return kept, told
