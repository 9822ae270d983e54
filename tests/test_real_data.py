import polars as pl
import pytest

from real_data import ibm_extract, shared_data, write_ibm_csv

ORIGINAL = shared_data("ibm_hr_attrition.csv")


def test_the_rebuilt_set_has_the_known_shape_and_rate():
    frame = ibm_extract()
    assert frame.shape == (1470, 35)
    assert frame["Attrition"].eq("Yes").sum() == 237
    assert frame["EmployeeNumber"].is_unique().all()
    assert not any(frame.null_count().row(0))


@pytest.mark.skipif(ORIGINAL is None, reason="../shared/data is not here")
def test_the_rebuilt_set_equals_the_original_cell_for_cell(tmp_path):
    original = pl.read_csv(ORIGINAL, infer_schema=False)
    assert ibm_extract().cast(pl.String).equals(original)
    assert write_ibm_csv(tmp_path / "ibm.csv").read_bytes() == ORIGINAL.read_bytes()
