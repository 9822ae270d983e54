"""The metrics file, held against CloudWatch's own request form and the guide's example."""

import json
import math
from datetime import datetime, timedelta, timezone

import botocore.session
import polars as pl
import pytest
from botocore.validate import ParamValidator

from stayline.domain.metric_points import MetricPoint
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.cloudwatch_metrics import (
    metric_lines,
    metrics_of_features,
    metrics_of_points,
)
from stayline.modelling.feature_statistics import feature_statistics

AT = datetime(2019, 11, 26, 4, tzinfo=timezone(timedelta(hours=1)))
WHERE = {"Endpoint": "endpoint_0", "MonitoringSchedule": "schedule_0"}
TOLD = [{"Name": name, "Value": value} for name, value in WHERE.items()]
PAY = Column("Pay", Kind.NUMBER, Role.FEATURE)
TEAM = Column("Team", Kind.CATEGORY, Role.FEATURE)
GONE = Column("Gone", Kind.NUMBER, Role.FEATURE)


def of_points(*points, where=WHERE):
    return [
        json.loads(line) for line in metric_lines(metrics_of_points(points, where)).splitlines()
    ]


def of_features():
    frame = pl.DataFrame(
        {"Pay": [1.5, 2.5, None], "Team": ["a", None, None], "Gone": [None, None, None]},
        schema={"Pay": pl.Float64, "Team": pl.String, "Gone": pl.Float64},
    )
    statistics = feature_statistics(frame, (PAY, TEAM, GONE))
    return [
        json.loads(line)
        for line in metric_lines(metrics_of_features(statistics, AT, WHERE)).splitlines()
    ]


def test_a_point_is_written_as_the_guide_shows_it():
    point = MetricPoint("feature_baseline_drift_Pay", AT, 0.25, {"ModelVersion": "3"}, "Count")
    assert of_points(point) == [
        {
            "MetricName": "feature_baseline_drift_Pay",
            "Timestamp": "2019-11-26T03:00:00Z",
            "Dimensions": TOLD,
            "Value": 0.25,
            "Unit": "Count",
        }
    ]


def test_a_zero_is_written_too():
    assert of_points(MetricPoint("watch_violations", AT, 0))[0]["Value"] == 0


def test_only_what_a_figure_is_of_is_told_beside_the_jobs_dimensions():
    of = {"ModelVersion": "3", "Monitor": "ModelBias", "Subject": "Gender = Fräulein"}
    (line,) = of_points(MetricPoint("bias_metric_DPPL", AT, 0.1, of))
    assert line["Dimensions"] == [*TOLD, {"Name": "Subject", "Value": "Gender = Fr\\xe4ulein"}]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_left_out(value):
    assert of_points(MetricPoint("TE", AT, value)) == []


def test_features_tell_how_many_values_they_have_and_numbers_their_spread():
    lines = of_features()
    assert [line["MetricName"] for line in lines] == [
        "feature_non_null_Pay", "feature_data_Pay", "feature_non_null_Team",
        "feature_non_null_Gone",
    ]  # fmt: skip
    assert [line.get("Value") for line in lines] == [2, None, 1, 0]
    assert lines[1]["StatisticValues"] == {
        "SampleCount": 2, "Sum": 4, "Minimum": 1.5, "Maximum": 2.5,
    }  # fmt: skip
    assert "Value" not in lines[1]


def test_every_line_is_what_cloudwatch_takes():
    service = botocore.session.Session().get_service_model("cloudwatch")
    datum = service.shape_for("MetricDatum")
    long = MetricPoint("m" * 400, AT, 1.0, {"Subject": "s" * 2000})
    bare = MetricPoint("watch_rows", AT, 3, unit="Count")
    lines = [*of_points(long, bare), *of_points(bare, where={"Endpoint": " "}), *of_features()]
    for line in lines:
        assert line.keys() <= datum.members.keys()
        assert not ParamValidator().validate(line, datum).has_errors()
        assert line.get("Unit", "None") in datum.members["Unit"].enum
        assert len(line["MetricName"]) <= datum.members["MetricName"].metadata["max"]
        for dimension in line["Dimensions"]:
            assert 0 < len(dimension["Value"]) <= 1024
        assert ("Value" in line) is not ("StatisticValues" in line)
