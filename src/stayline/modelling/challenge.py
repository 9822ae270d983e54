"""A new model against the one that serves, on rows that favour neither."""

from datetime import datetime

import numpy as np
import polars as pl

from stayline.formats.model_archive import Manifest, ModelArchive
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.comparison import Comparison, Scored, compare
from stayline.modelling.dataset import FEWEST_POSITIVES, TrainingData, TrainingSet
from stayline.modelling.predictor import Predictor
from stayline.modelling.search import Candidate, Search
from stayline.modelling.training import TrainingOptions, retrain
from stayline.ports.feature_store import EVENT_TIME

NEW_TO_BOTH = "later time, new to both"
SAME_RECIPE_LATER = "later time, the deployed model trained anew on these rows"
SAME_RECIPE_FOLDS = "out-of-fold, the deployed model trained anew in the same folds"


def challenge(
    champion: ModelArchive,
    data: TrainingData,
    *,
    unseen_risk: np.ndarray,
    later_risk: np.ndarray | None,
    alert_from: float,
    seed: int,
) -> Comparison:
    """Return how the new model compares with the deployed one.

    Best evidence first: later rows that neither model has learned from, where there are enough.
    Otherwise the deployed model has seen these rows and would look too good on them, so its recipe
    (inputs, parameters, rounds, policy) is trained anew on the rows that the new model had, and
    both are compared on later time or, for a cross-section, out of fold.
    """
    rng = np.random.default_rng(seed)
    news = _new_to(champion.manifest, data.later)
    if data.later is not None and later_risk is not None and news is not None:
        rows = data.later.take(news)
        theirs = Scored(Predictor(champion).risks(rows.frame), champion.manifest.bands.high)
        ours = Scored(later_risk[news], alert_from)
        return compare(rows.label, rows.person, ours, theirs, rng, measured_on=NEW_TO_BOTH)
    schema = parse_schema(champion.manifest.schema_toml, "the deployed model")
    again = retrain(
        data.development, schema, _recipe(champion.manifest), options=TrainingOptions(seed)
    )
    if data.later is not None and later_risk is not None and _has_both(data.later):
        rows, measured_on = data.later, SAME_RECIPE_LATER
        ours = Scored(later_risk, alert_from)
        theirs = Scored(again.risk(rows), again.bands.high)
    else:
        rows, measured_on = data.development, SAME_RECIPE_FOLDS
        ours = Scored(unseen_risk, alert_from)
        theirs = Scored(again.unseen_risk, again.bands.high)
    return compare(rows.label, rows.person, ours, theirs, rng, measured_on=measured_on)


def _new_to(manifest: Manifest, later: TrainingSet | None) -> np.ndarray | None:
    """Return which later rows the model has not learned from, None when too few of them left."""
    until = manifest.training.get("until")
    if later is None or not isinstance(until, str):
        return None
    news = later.frame.select(pl.col(EVENT_TIME) > datetime.fromisoformat(until))
    mask = news.to_series().to_numpy()
    left = int(later.label[mask].sum())
    return mask if FEWEST_POSITIVES <= left < mask.sum() else None


def _has_both(rows: TrainingSet) -> bool:
    return 0 < rows.positives < len(rows)


def _recipe(manifest: Manifest) -> Search:
    """Return the candidate that the model was made of, as if a search had just chosen it."""
    chosen = Candidate(manifest.parameters, manifest.rounds, loss=0.0, standard_error=0.0)
    return Search(chosen=chosen, best=chosen, candidates=(chosen,))
