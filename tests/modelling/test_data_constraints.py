import msgspec
import polars as pl
import pytest

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.data_constraints import Constraints
from stayline.formats.report_json import decode, encode
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.feature_statistics import MOST_CATEGORIES, feature_statistics
from training_frames import ibm_data

COLUMNS = (
    Column("Pay", Kind.NUMBER, Role.FEATURE),
    Column("Change", Kind.NUMBER, Role.FEATURE),
    Column("Team", Kind.CATEGORY, Role.FEATURE),
    Column("Grade", Kind.ORDINAL, Role.FEATURE, categories=("1", "2", "3")),
    Column("Overtime", Kind.FLAG, Role.FEATURE),
    Column("Site", Kind.CATEGORY, Role.FEATURE),
    Column("Bonus", Kind.NUMBER, Role.FEATURE),
)
ROWS = 400
FRAME = pl.DataFrame(
    {
        "Pay": [float(n) for n in range(ROWS)],
        "Change": [None if n % 10 == 0 else n - 5.5 for n in range(ROWS)],
        "Team": ["B" if n % 3 else "A" for n in range(ROWS)],
        "Grade": ["2"] * ROWS,
        "Overtime": ["Yes"] * ROWS,
        "Site": [f"site {n % (MOST_CATEGORIES + 1)}" for n in range(ROWS)],
        "Bonus": pl.Series([None] * ROWS, dtype=pl.Float64),
    }
)


def suggested():
    constraints = suggested_constraints(feature_statistics(FRAME, COLUMNS), COLUMNS)
    return constraints, {feature.name: feature for feature in constraints.features}


def test_types_and_signs_are_those_of_the_baseline():
    _, by_name = suggested()
    assert {name: feature.inferred_type.value for name, feature in by_name.items()} == {
        "Pay": "Integral",
        "Change": "Fractional",
        "Team": "String",
        "Grade": "String",
        "Overtime": "String",
        "Site": "String",
        "Bonus": "Unknown",
    }
    assert by_name["Pay"].num_constraints.is_non_negative
    assert not by_name["Change"].num_constraints.is_non_negative
    assert by_name["Bonus"].num_constraints is None


def test_a_whole_column_must_stay_whole_and_another_may_fall_by_three_standard_errors():
    _, by_name = suggested()
    assert by_name["Pay"].completeness == 1.0
    assert by_name["Change"].completeness == pytest.approx(0.9 - 3 * (0.09 / ROWS) ** 0.5)
    assert by_name["Bonus"].completeness == 0.0


def test_a_domain_is_the_schemas_or_all_words_seen_unless_they_are_many():
    _, by_name = suggested()
    assert by_name["Team"].string_constraints.domains == ("A", "B")
    assert by_name["Grade"].string_constraints.domains == ("1", "2", "3")
    assert by_name["Overtime"].string_constraints.domains == ("No", "Yes")
    assert by_name["Site"].string_constraints is None


def test_the_file_has_the_documented_keys_and_reads_back():
    constraints, _ = suggested()
    assert decode(encode(constraints), Constraints, "constraints.json") == constraints
    told = msgspec.json.decode(encode(constraints))
    assert list(told) == ["features", "monitoring_config", "version"]
    assert told["features"][2] == {
        "name": "Team",
        "inferred_type": "String",
        "completeness": 1.0,
        "string_constraints": {"domains": ["A", "B"]},
    }
    assert told["monitoring_config"] == {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 0.9,
        "domain_content_threshold": 0.9,
        "distribution_constraints": {
            "perform_comparison": "Enabled",
            "comparison_threshold": 0.1,
            "comparison_method": "Robust",
            "categorical_comparison_threshold": None,
            "categorical_drift_method": "LInfinity",
        },
    }


def test_no_rows_ask_for_nothing():
    empty = suggested_constraints(feature_statistics(FRAME.clear(), COLUMNS), COLUMNS)
    assert {feature.completeness for feature in empty.features} == {0.0}


def test_every_input_of_a_real_schema_gets_its_constraints():
    data, schema = ibm_data()
    statistics = feature_statistics(data.development.frame, schema.model_inputs)
    features = suggested_constraints(statistics, schema.model_inputs).features
    assert [f.name for f in features] == [c.name for c in schema.model_inputs]
    assert {f.completeness for f in features} == {1.0}
