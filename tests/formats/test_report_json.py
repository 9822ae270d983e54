import msgspec
import pytest

from stayline.errors import ReportUnreadable
from stayline.formats.data_constraints import Constraints, Violations
from stayline.formats.data_statistics import Statistics
from stayline.formats.report_json import decode, encode

FROM_ELSEWHERE = b"""
{"version": 0, "dataset": {"item_count": 3.0, "start": "?"}, "features": [
 {"name": "Team", "inferred_type": "String", "string_statistics": {
   "common": {"num_present": 2.0, "num_missing": 1}, "distinct_count": 1.0,
   "distribution": {"categorical": {"buckets": [{"value": "A", "count": 2}]}}}}]}
"""


def test_a_file_of_another_tool_is_read_for_what_is_known_of_it():
    read = decode(FROM_ELSEWHERE, Statistics, "statistics.json")
    assert read.dataset.item_count == 3
    assert read.features[0].presence.num_present == 2
    assert read.features[0].string_statistics.counts == {"A": 2}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "truncated"),
        (FROM_ELSEWHERE[:-20], "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "Expected `object`"),
        (b'{"dataset": {"item_count": "9"}, "features": []}', r"\$.dataset.item_count"),
        (b'{"dataset": {"item_count": 1}}', "features"),
        (b'{"more": ' + b"[" * 100_000, "recursion"),
    ],
)
def test_a_torn_or_foreign_file_is_named_with_what_is_wrong(data, told):
    with pytest.raises(ReportUnreadable, match=told) as error:
        decode(data, Statistics, "statistics.json")
    assert "'statistics.json'" in str(error.value)
    assert "compute it again" in str(error.value)


def test_a_drift_method_that_is_not_computed_here_is_refused():
    asked = b'{"distribution_constraints": {"categorical_drift_method": "ChiSquared"}}'
    with pytest.raises(ReportUnreadable, match="ChiSquared"):
        decode(b'{"features": [], "monitoring_config": ' + asked + b"}", Constraints, "c.json")


def test_an_unknown_kind_of_check_is_refused():
    row = b'{"feature_name": "A", "constraint_check_type": "mood_check", "description": ""}'
    with pytest.raises(ReportUnreadable, match="mood_check"):
        decode(b'{"violations": [' + row + b"]}", Violations, "constraint_violations.json")


def test_a_report_reads_as_lines_and_ends_with_one():
    class Pair(msgspec.Struct):
        one: int
        two: tuple[float, ...]

    assert encode(Pair(1, (0.5,))) == b'{\n  "one": 1,\n  "two": [\n    0.5\n  ]\n}\n'
