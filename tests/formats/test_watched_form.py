import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.errors import ReportUnreadable
from stayline.formats.watched_form import decode_watched, encode_watched

START = datetime(2026, 3, 1, tzinfo=UTC)
numbers = st.none() | st.floats(allow_nan=False)
words = st.text(st.characters(exclude_categories=["Cs"]))
findings = st.builds(
    Finding, st.sampled_from(Monitor), words, st.sampled_from(Verdict), words, words, words,
    numbers, numbers, numbers, numbers, numbers, st.integers(0, 2**40),
)  # fmt: skip
windows = st.builds(
    Watched,
    st.builds(lambda hours: Window(START, START + timedelta(hours=hours)), st.integers(1, 999)),
    st.integers(1, 99),
    words,
    st.builds(
        Intake,
        st.integers(0, 2**40),
        st.integers(0, 2**40),
        st.dictionaries(words, st.integers(0, 99)),
        st.integers(0, 99),
    ),
    st.lists(findings, max_size=5).map(tuple),
)


def watched(*found: Finding) -> Watched:
    return Watched(Window(START, START + timedelta(days=1)), 3, "sha256:ab", Intake(), found)


@given(windows)
def test_what_was_written_is_read_back_equal(window: Watched):
    assert decode_watched(encode_watched(window)) == window


def test_what_is_not_finite_is_told_in_words_that_json_has():
    finding = Finding(Monitor.BIAS, "c", Verdict.INSUFFICIENT, "r", value=math.nan, high=math.inf)
    data = encode_watched(watched(finding))
    told = json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["findings"][0]["value"] == "NaN"
    assert told["findings"][0]["high"] == "Infinity"
    read = decode_watched(data).findings[0]
    assert math.isnan(read.value)
    assert read.high == math.inf


def test_keys_of_a_later_version_are_passed_over_and_unknown_findings_left_out():
    known = Finding(Monitor.DATA, "baseline_drift_check", Verdict.FAIL, "far", "Age", "psi", 0.3)
    told = json.loads(encode_watched(watched(known)))
    told["weather"] = {"is": "fine"}
    told["findings"][0]["colour"] = "blue"
    told["findings"] += [
        {**told["findings"][0], "monitor": "Weather"},
        {**told["findings"][0], "verdict": "perhaps"},
    ]
    assert decode_watched(json.dumps(told).encode()) == watched(known)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"start": "then"}', b"\xff"])
def test_a_torn_file_is_a_clear_error(data: bytes):
    with pytest.raises(ReportUnreadable, match=r"watched\.json"):
        decode_watched(data)
