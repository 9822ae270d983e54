import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_records import ContentRules, capture_line, read_capture_line
from stayline.formats.csv_rows import csv_row, json_object
from store_processes import a_record

RULES = ContentRules()
CONTENT_TYPES = st.sampled_from(
    ["application/json", "Text/CSV; header=present", "text/libsvm", "", ";"]
)
CONTENT_TYPES |= st.text()
FIELDS = st.dictionaries(
    st.text(),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.text(alphabet='",\n\\ \x00'),
)  # fmt: skip
ATTRIBUTES = st.lists(
    st.text() | st.sampled_from(["stayline-variant=x", "stayline-variant=", "stayline-columns=[]"])
)
RECORDS = st.builds(
    CaptureRecord,
    event_id=st.text(),
    inferred_at=st.datetimes(timezones=st.just(UTC)),
    request=FIELDS.map(lambda fields: msgspec.json.encode(fields).decode()),
    answer=st.text(),
    inference_id=st.none() | st.text(),
    custom_attributes=ATTRIBUTES.map(tuple),
    variant=st.none() | st.text(min_size=1),
    request_content_type=CONTENT_TYPES,
    answer_content_type=CONTENT_TYPES,
)
CSV = replace(a_record("e"), request_content_type="text/csv")


@given(RECORDS)
@example(replace(CSV, request="{}"))
@example(replace(CSV, request='{"":null}'))
@example(replace(CSV, request='{"a":"","b":null,"c":"null","d":"1","e":1}'))
def test_any_record_comes_back_from_one_line(record: CaptureRecord) -> None:
    line = capture_line(record, RULES)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read_capture_line(line) == record


@given(st.binary() | st.text().map(str.encode))
def test_what_is_no_record_reads_as_none(line: bytes) -> None:
    assert read_capture_line(line) is None


def written(record: CaptureRecord, rules: ContentRules = RULES) -> dict:
    return json.loads(capture_line(record, rules))


def test_a_csv_request_is_one_row_in_the_models_order_with_its_columns_named() -> None:
    request = '{"JobRole":"Clerk, \\"1st\\"","Age":35,"Pay":null,"OverTime":true}'
    record = replace(CSV, request=request, custom_attributes=("mine",), variant="version-3")
    line = written(record)
    asked = line["captureData"]["endpointInput"]
    assert asked["encoding"] == "CSV"
    assert asked["observedContentType"] == "text/csv"
    assert asked["data"] == '"Clerk, ""1st""",35,,true'
    assert line["eventMetadata"]["customAttributes"] == [
        "mine",
        "stayline-variant=version-3",
        'stayline-columns=["JobRole","Age","Pay","OverTime"]',
    ]
    assert line["captureData"]["endpointOutput"]["encoding"] == "JSON"


def test_a_content_type_of_neither_list_is_kept_as_base64() -> None:
    odd = replace(
        a_record("e"), request_content_type="text/libsvm", answer_content_type="image/png"
    )
    kept = written(odd)["captureData"]
    for side, text in (("endpointInput", odd.request), ("endpointOutput", odd.answer)):
        assert kept[side]["encoding"] == "BASE64"
        assert b64decode(kept[side]["data"]).decode() == text


def test_the_lists_of_content_types_decide_whatever_case_and_parameters() -> None:
    rules = ContentRules(csv=frozenset({"text/x-rows"}), json=frozenset())
    record = replace(a_record("e"), request_content_type="Text/X-Rows ; charset=utf-8")
    assert written(record, rules)["captureData"]["endpointInput"]["encoding"] == "CSV"
    assert written(a_record("e"), rules)["captureData"]["endpointInput"]["encoding"] == "BASE64"


def test_a_line_of_the_form_without_our_attributes_is_a_record() -> None:
    line = capture_line(replace(a_record("e"), custom_attributes=("theirs",)), RULES)
    assert b"stayline" not in line
    assert read_capture_line(line) == replace(a_record("e"), custom_attributes=("theirs",))


@pytest.mark.parametrize("row", ['"a', '1,"2"3', "1", "1,2,3", "1,x"])
def test_a_damaged_row_is_refused(row: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (any will do)
        json_object(["a", "b"], row)


def test_a_nested_request_is_refused_rather_than_flattened() -> None:
    with pytest.raises(ValueError, match="flat object"):
        csv_row('{"a":[1,2]}')
