import polars as pl
import pytest

from real_data import ibm_extract, shared_data
from stayline.domain.alert_policy import RecallAtPrecision
from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.sensitive_columns import looks_protected
from stayline.domain.workforce_schema import Role
from stayline.errors import SchemaRefused
from stayline.formats.schema_toml import dump_schema
from stayline.samples.presets import PRESETS, named_schema
from training_frames import stored

MFG = shared_data("MFG10YearTerminationData.csv")


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_bears_its_name(name):
    assert named_schema(name).name == name


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_lets_a_protected_column_in_without_a_justification(name):
    schema = named_schema(name)
    for column in schema.columns:
        if looks_protected(column.name):
            assert column.role in (Role.PROTECTED, Role.IGNORED)
    for column in schema.model_inputs:
        assert column.role is Role.FEATURE or len(column.justification) > 20


def test_the_ibm_preset_takes_every_row_and_column_of_ibms_set():
    schema = named_schema("ibm-hr")
    assert {column.name for column in schema.columns} == set(ibm_extract().columns)
    features, outcomes = stored(ibm_extract(), schema)
    assert (features.height, outcomes["label"].sum()) == (1470, 237)
    assert schema.policy == RecallAtPrecision(0.42)


@pytest.mark.skipif(MFG is None, reason="../shared/data is not here")
def test_the_mfg_preset_knows_every_column_of_the_mfg_set():
    header = pl.read_csv(MFG, n_rows=1).columns
    assert {column.name for column in named_schema("mfg-yearly").columns} == set(header)


def test_a_file_is_taken_where_a_preset_is(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(dump_schema(named_schema("ibm-hr")), encoding="utf-8")
    assert named_schema(str(path)) == named_schema("ibm-hr")


def test_a_name_that_is_neither_preset_nor_file_is_refused_with_what_there_is():
    with pytest.raises(SchemaRefused, match="presets are ibm-hr, monthly-panel, mfg-yearly"):
        named_schema("ibm_hr")


@pytest.mark.parametrize("preset", ["ibm-hr", "monthly-panel"])
@pytest.mark.parametrize("name", ["MonthlyIncome", "DailyRate", "HourlyRate", "MonthlyRate"])
def test_pay_that_nobody_gets_is_refused(preset, name):
    column = named_schema(preset).column(name)
    assert checked_value(column, "250000") == 250_000
    with pytest.raises(FieldRefused, match="expected a number from 0 to 10000000"):
        checked_value(column, "1e12")
