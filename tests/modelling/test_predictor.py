from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from stayline.domain.alert_policy import Band
from stayline.domain.column_words import column_in_words
from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused
from stayline.formats.model_archive import CalibrationText, InputText
from stayline.modelling.predictor import Predictor
from stayline.ports.feature_store import EVENT_TIME, TOKEN
from trained import ibm_model
from training_frames import NEW_YEAR, ibm_data

ISOTONIC = CalibrationText(
    kind="isotonic",
    slope=1.0,
    intercept=0.0,
    margins=(-5.0, -2.0, -1.0, 2.0),
    probabilities=(0.001, 0.05, 0.3, 0.99),
)


@pytest.fixture(scope="module", params=["platt", "isotonic"])
def predictor(request):
    archive = ibm_model().archive
    if request.param == "isotonic":
        manifest = msgspec.structs.replace(archive.manifest, calibration=ISOTONIC)
        archive = replace(archive, manifest=manifest)
    assert archive.manifest.calibration.kind == request.param
    return Predictor.from_archive(archive)


@pytest.fixture(scope="module")
def frame():
    """Return IBM's rows with a token, and every seventh cell of two columns missing."""
    rows = ibm_data()[0].development.frame
    gap = pl.int_range(pl.len()) % 7 == 0
    return rows.with_columns(
        pl.format("t{}", pl.int_range(pl.len())).alias(TOKEN),
        *(
            pl.when(gap).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("MonthlyIncome", "JobRole")
        ),
    )


def as_rows(frame):
    return frame.drop(TOKEN, EVENT_TIME).to_dicts(), frame[EVENT_TIME].to_list()


def test_scores_of_a_frame_equal_single_predictions_to_the_bit(predictor, frame):
    scored = predictor.score(frame)
    rows, times = as_rows(frame)
    together = predictor.predict(rows, times)
    assert scored["risk"].to_list() == [p.risk for p in together]
    assert scored["band"].to_list() == [p.band.value for p in together]
    one_by_one = [predictor.predict([rows[i]], [times[i]])[0] for i in range(0, 1470, 49)]
    assert one_by_one == list(together[::49])
    assert scored[TOKEN].equals(frame[TOKEN])


def test_reasons_name_every_input_once_and_add_up_to_the_risk(predictor, frame):
    for prediction in predictor.predict(*as_rows(frame.head(200))):
        told = sum(reason.contribution for reason in prediction.reasons)
        assert prediction.base_risk + told == pytest.approx(prediction.risk, abs=1e-5)
        assert sorted(r.feature for r in prediction.reasons) == sorted(predictor.inputs)
        sizes = [abs(reason.contribution) for reason in prediction.reasons]
        assert sizes == sorted(sizes, reverse=True)


def test_bands_follow_the_edges_of_the_manifest(predictor, frame):
    bands = ibm_model().archive.manifest.bands
    for risk, band in predictor.score(frame).select("risk", "band").rows():
        expected = Band.HIGH if risk >= bands.high else Band.MEDIUM
        assert band == (expected if risk >= bands.medium else Band.LOW)
    assert predictor.score(frame)["band"].n_unique() == 3


def test_a_row_without_any_value_still_gets_a_probability(predictor):
    (prediction,) = predictor.predict([{}], [NEW_YEAR])
    assert 0 < prediction.risk < 1
    assert all(
        r.text.startswith(f"{column_in_words(r.feature)} is not given") for r in prediction.reasons
    )


def test_a_number_too_large_for_the_trees_is_scored_as_their_largest(predictor):
    huge, largest = predictor.predict(
        [{"MonthlyIncome": 1e300}, {"MonthlyIncome": float(np.finfo(np.float32).max)}],
        [NEW_YEAR] * 2,
    )
    assert huge.risk == largest.risk


def test_no_rows_give_no_predictions(predictor, frame):
    assert predictor.predict([], []) == ()
    assert predictor.score(frame.head(0)).schema == {
        TOKEN: pl.String, "risk": pl.Float64, "band": pl.String, "base_risk": pl.Float64,
        "contributions": pl.Array(pl.Float32, len(predictor.inputs)),
    }  # fmt: skip


def test_several_threads_get_what_one_thread_gets(predictor, frame):
    rows, times = as_rows(frame.head(120))
    alone = predictor.predict(rows, times)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: predictor.predict([rows[i]], [times[i]])[0], range(120)))
    assert tuple(found) == alone


def test_trees_that_do_not_fit_the_manifest_are_refused():
    archive = ibm_model().archive
    inputs = (*archive.manifest.inputs, InputText("More", Kind.NUMBER, ()))
    manifest = msgspec.structs.replace(archive.manifest, inputs=inputs)
    with pytest.raises(PackageRefused, match="trees take"):
        Predictor.from_archive(replace(archive, manifest=manifest))


def test_bytes_that_are_no_trees_are_refused():
    archive = ibm_model().archive
    with pytest.raises(PackageRefused, match="cannot be loaded"):
        Predictor.from_archive(replace(archive, model=b"{L\x00\x00"))
