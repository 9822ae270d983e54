"""Whose answers may be looked at: captures name everyone, also who was erased or stepped out."""

from dataclasses import replace
from datetime import datetime

import polars as pl

from stayline.modelling.watching.intake import CapturedWindow
from stayline.modelling.watching.no_data import ERASED_OR_OPTED_OUT
from stayline.ports.answer_book import AnswerBook
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList

_AT_ONCE = 50_000


def under_standing_tokens(captured: CapturedWindow, answers: AnswerBook) -> CapturedWindow:
    """Return the window with everyone's token of now, also of before a rotation of its key."""
    tokens = answers.standing(captured.frame.get_column("token"))
    return replace(captured, frame=captured.frame.with_columns(tokens))


def without_gone(
    captured: CapturedWindow, features: FeatureStore, opt_outs: OptOutList, *, at: datetime
) -> CapturedWindow:
    """Return the window without the answers about people who are erased or opted out at ``at``.

    They are counted among the faults. A row without a token is of nobody in particular and stays.
    """
    tokens = captured.frame.get_column("token").drop_nulls().unique()
    gone = set[str](opt_outs.opted_out(at=at))
    for some in tokens.to_frame().iter_slices(_AT_ONCE):
        asked = some.get_column("token").to_list()
        gone.update(set(asked) - features.known(asked))
    is_gone = pl.col("token").is_in(pl.Series(sorted(gone), dtype=pl.String).implode())
    frame = captured.frame.filter(~is_gone.fill_null(value=False))
    left_out = captured.frame.height - frame.height
    if not left_out:
        return captured
    faults = {**captured.intake.faults, ERASED_OR_OPTED_OUT: left_out}
    intake = replace(captured.intake, rows=frame.height, faults=faults)
    return replace(captured, frame=frame, intake=intake)
